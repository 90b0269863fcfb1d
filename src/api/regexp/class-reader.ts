/** Reads `[...]`, and characters that are written with a backslash. */
import { CharClass, type ClassItems, posixClass, rangeOf } from "./char-class.ts";
import { RegexpError } from "./errors.ts";

/** Where a reader of expressions is. */
export interface ClassReader {
  readonly text: string;
  at: number;
  readonly fold: boolean;
  /** The next character, as a code point. */
  take(): number;
  /** `\d` or `\pL`, here; undefined where neither is. */
  set(): ClassItems | undefined;
}

/** From its `[` to its `]`. Throws `RegexpError`. */
export function readClass(reader: ClassReader): CharClass {
  const { text } = reader;
  const start = reader.at;
  reader.at += 1;
  const negated = text[reader.at] === "^";
  if (negated) reader.at += 1;
  const items: ClassItems[] = [];
  // A bracket that comes first is one of the set.
  for (let isFirst = true; isFirst || text[reader.at] !== "]"; isFirst = false)
    items.push(readNamed(reader) ?? reader.set() ?? readRange(reader, start));
  reader.at += 1;
  return new CharClass(items.join(""), { negated, fold: reader.fold });
}

/** `[:alpha:]` */
function readNamed(reader: ClassReader): ClassItems | undefined {
  const { text, at } = reader;
  const end = text.startsWith("[:", at) ? text.indexOf(":]", at + 2) : -1;
  if (end < 0) return undefined;
  reader.at = end + 2;
  const items = posixClass(text.slice(at + 2, end));
  if (items === undefined) throw new RegexpError("invalid character class range", text.slice(at, reader.at));
  return items;
}

function readRange(reader: ClassReader, start: number): ClassItems {
  const { text } = reader;
  const from = reader.at;
  const low = readMember(reader, start);
  let high = low;
  if (text[reader.at] === "-" && reader.at + 1 < text.length && text[reader.at + 1] !== "]") {
    reader.at += 1;
    high = readMember(reader, start);
  }
  if (high < low) throw new RegexpError("invalid character class range", text.slice(from, reader.at));
  return rangeOf(low, high);
}

function readMember(reader: ClassReader, start: number): number {
  const { text, at } = reader;
  if (at >= text.length) throw new RegexpError("missing closing ]", text.slice(start));
  return text[at] === "\\" ? readEscape(reader) : reader.take();
}

const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const LARGEST = 0x10ffff;
/** Octal of one digit would be a back reference, unless it is zero. */
const CODES = /\\(?:(0[0-7]{0,2}|[1-7][0-7]{1,2})|x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]+)\})/y;

/** The code point of `\n`, `\x41`, `\101` or `\.`. Throws `RegexpError`. */
export function readEscape(reader: ClassReader): number {
  const { text, at } = reader;
  if (at + 1 >= text.length) throw new RegexpError("trailing backslash at end of expression", "");
  CODES.lastIndex = at;
  const [whole, octal, hex, long] = CODES.exec(text) ?? [];
  if (whole !== undefined) {
    const code = octal === undefined ? Number.parseInt(hex ?? long ?? "", 16) : Number.parseInt(octal, 8);
    reader.at += whole.length;
    if (code <= LARGEST) return code;
    throw new RegexpError("invalid escape sequence", whole);
  }
  reader.at += 1;
  const code = reader.take();
  const letter = String.fromCodePoint(code);
  const control = CONTROLS[letter];
  if (control !== undefined) return control;
  if (code < 128 && !/[0-9A-Za-z]/.test(letter)) return code;
  throw new RegexpError("invalid escape sequence", text.slice(at, reader.at));
}
