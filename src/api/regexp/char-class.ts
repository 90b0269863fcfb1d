/**
 * Sets of characters. A set is one class of ECMAScript that is only ever asked about one character, so that Unicode's
 * tables and the folding of case are the platform's, and nothing can backtrack.
 */

const ASCII = 128;

/** What stands between the brackets of an ECMAScript class with the flag `v`. */
export type ClassItems = string;

/** What may stand at one place of a text. */
export interface CharSet {
  has(codePoint: number): boolean;
}

/** One character, in one case. */
export class OneChar implements CharSet {
  readonly #codePoint: number;

  constructor(codePoint: number) {
    this.#codePoint = codePoint;
  }

  has(codePoint: number): boolean {
    return codePoint === this.#codePoint;
  }
}

export class CharClass implements CharSet {
  readonly #regexp: RegExp;
  /** Of each character of ASCII; made when first asked, since most classes are only read. */
  #ascii: Uint8Array | undefined;

  /** `fold`: whatever case its characters have. */
  constructor(items: ClassItems, options: { readonly negated?: boolean; readonly fold?: boolean } = {}) {
    const sign = options.negated ? "^" : "";
    const body = items === "" ? (sign === "" ? "[]" : "[^]") : `[${sign}${items}]`;
    this.#regexp = new RegExp(`^${body}$`, options.fold ? "iv" : "v");
  }

  has(codePoint: number): boolean {
    if (codePoint >= ASCII) return this.#test(codePoint);
    this.#ascii ??= Uint8Array.from({ length: ASCII }, (_, code) => (this.#test(code) ? 1 : 0));
    return this.#ascii[codePoint] === 1;
  }

  #test(codePoint: number): boolean {
    return this.#regexp.test(String.fromCodePoint(codePoint));
  }
}

export function oneOf(codePoint: number): ClassItems {
  return `\\u{${codePoint.toString(16)}}`;
}

export function rangeOf(from: number, to: number): ClassItems {
  return `${oneOf(from)}-${oneOf(to)}`;
}

/** `\d`, `\s`, `\w` and their opposites, by their letter. */
export function perlClass(letter: string): ClassItems | undefined {
  const items = perl[letter.toLowerCase() as keyof typeof perl];
  if (items === undefined) return undefined;
  return letter === letter.toLowerCase() ? `[${items}]` : `[^${items}]`;
}

const perl = { d: "0-9", s: "\\t\\n\\f\\r ", w: "0-9A-Za-z_" };

/** `[:alpha:]` and `[:^alpha:]`, by what stands between the colons. */
export function posixClass(name: string): ClassItems | undefined {
  const isNegated = name.startsWith("^");
  const items = posix.get(isNegated ? name.slice(1) : name);
  return items === undefined ? undefined : `[${isNegated ? "^" : ""}${items}]`;
}

const posix = new Map([
  ["alnum", "0-9A-Za-z"],
  ["alpha", "A-Za-z"],
  ["ascii", "\\x00-\\x7f"],
  ["blank", "\\t "],
  ["cntrl", "\\x00-\\x1f\\x7f"],
  ["digit", "0-9"],
  ["graph", "\\x21-\\x7e"],
  ["lower", "a-z"],
  ["print", "\\x20-\\x7e"],
  ["punct", "\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e"],
  ["space", "\\t\\n\\v\\f\\r "],
  ["upper", "A-Z"],
  ["word", "0-9A-Za-z_"],
  ["xdigit", "0-9A-Fa-f"],
]);

const SPECIAL = new Map([
  ["any", "Any"],
  ["ascii", "ASCII"],
  ["assigned", "Assigned"],
  ["lc", "LC"],
]);

/** A general category or a script, however it is spelt (`L`, `Letter`, `old italic`); `^` before it negates. */
export function unicodeClass(name: string, isNegated: boolean): ClassItems | undefined {
  const negates = name.startsWith("^") !== isNegated;
  const plain = name.replace(/^\^/, "");
  if (!/^[A-Za-z][A-Za-z _-]*$/.test(plain)) return undefined;
  const words = plain
    .split(/[ _-]+/)
    .map((word) => `${word[0]?.toUpperCase() ?? ""}${word.slice(1).toLowerCase()}`);
  const spelt = SPECIAL.get(plain.toLowerCase()) ?? words.join("_");
  return [spelt, `gc=${spelt}`, `sc=${spelt}`]
    .slice(SPECIAL.has(plain.toLowerCase()) ? 0 : 1)
    .map((property) => `\\${negates ? "P" : "p"}{${property}}`)
    .find(isClass);
}

function isClass(items: ClassItems): boolean {
  try {
    new RegExp(items, "v");
    return true;
  } catch {
    // ECMAScript has no such property.
    return false;
  }
}
