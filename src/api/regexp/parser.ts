/**
 * Reads a regular expression of RE2's syntax as Go's package reads it, which is what users write in `pattern`: groups by
 * name and flags within, no lookaround and no back references. What it refuses, it refuses in RE2's words.
 */
import { CharClass, OneChar, oneOf, perlClass, unicodeClass } from "./char-class.ts";
import { type ClassReader, readClass, readEscape } from "./class-reader.ts";
import { RegexpError } from "./errors.ts";
import { alternatives, type Assertion, assertion, chars, type Node, repeated, sequence } from "./node.ts";

/** Groups within groups. */
const MAX_DEPTH = 1_000;
const MAX_REPEAT = 1_000;

interface Flags {
  readonly fold: boolean;
  /** `^` and `$` are at lines. */
  readonly lines: boolean;
  /** `.` is a line feed too. */
  readonly dotAll: boolean;
}

const NO_FLAGS: Flags = { fold: false, lines: false, dotAll: false };
const FLAG_NAMES: Readonly<Record<string, keyof Flags>> = { i: "fold", m: "lines", s: "dotAll" };

/** The tree of an expression. Throws `RegexpError`. */
export function parseRegexp(text: string): Node {
  return new Parser(text).parse();
}

class Parser implements ClassReader {
  readonly text: string;
  at = 0;
  #flags = NO_FLAGS;
  #depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  get fold(): boolean {
    return this.#flags.fold;
  }

  parse(): Node {
    const node = this.#alternation();
    if (this.at < this.text.length) throw new RegexpError("unexpected )", this.text);
    return node;
  }

  /** Up to the end of the group that it is in. */
  #alternation(): Node {
    const parts: Node[] = [];
    for (;;) {
      parts.push(this.#sequence());
      if (this.text[this.at] !== "|") return alternatives(parts);
      this.at += 1;
    }
  }

  #sequence(): Node {
    const parts: Node[] = [];
    /** Where the repetition before began; -1: there was none. */
    let repetition = -1;
    for (;;) {
      const next = this.text[this.at];
      if (next === undefined || next === "|" || next === ")") return sequence(parts);
      const start = this.at;
      const counts = this.#counts();
      if (counts !== undefined) {
        this.#repeat(parts, counts, start, repetition);
        repetition = start;
        continue;
      }
      repetition = -1;
      parts.push(...this.#atoms(next));
    }
  }

  /** `*`, `+`, `?` or `{n,m}` with the `?` after it. */
  #counts(): Counts | undefined {
    const counts = SIGNS[this.text[this.at] ?? ""] ?? this.#braces();
    if (counts === undefined) return undefined;
    this.at += counts.length;
    if (this.text[this.at] === "?") this.at += 1;
    return counts;
  }

  /** What is no repetition in braces is text. */
  #braces(): Counts | undefined {
    if (this.text[this.at] !== "{") return undefined;
    BRACES.lastIndex = this.at;
    const match = BRACES.exec(this.text);
    if (match === null) return undefined;
    const [whole, from = "0", comma, to] = match;
    const min = Number(from);
    const max = comma === undefined ? min : to ? Number(to) : Number.POSITIVE_INFINITY;
    const isTooMany = min > MAX_REPEAT || (max !== Number.POSITIVE_INFINITY && max > MAX_REPEAT);
    if (isTooMany || min > max) throw new RegexpError("invalid repeat count", whole);
    return { min, max, length: whole.length, isCount: true };
  }

  #repeat(parts: Node[], counts: Counts, start: number, before: number): void {
    const operator = this.text.slice(start, this.at);
    if (before >= 0)
      throw new RegexpError("invalid nested repetition operator", this.text.slice(before, this.at));
    const of = parts.pop();
    if (of === undefined) throw new RegexpError("missing argument to repetition operator", operator);
    const node = repeated(of, counts.min, counts.max, counts.isCount);
    if (node.copies > MAX_REPEAT) throw new RegexpError("invalid repeat count", operator);
    parts.push(node);
  }

  #atoms(next: string): readonly Node[] {
    switch (next) {
      case "(":
        return this.#group();
      case "[":
        return [chars(readClass(this))];
      case ".":
        this.at += 1;
        return [chars(this.#flags.dotAll ? ANY : NO_LINE_FEED)];
      case "^":
        this.at += 1;
        return [assertion(this.#flags.lines ? "beginLine" : "beginText")];
      case "$":
        this.at += 1;
        return [assertion(this.#flags.lines ? "endLine" : "endText")];
      case "\\":
        return this.#escape();
      default:
        return [this.#literal(this.take())];
    }
  }

  /** The next character, as a code point. */
  take(): number {
    const code = this.text.codePointAt(this.at) ?? 0;
    this.at += code > 0xffff ? 2 : 1;
    return code;
  }

  #literal(code: number): Node {
    return chars(this.fold ? new CharClass(oneOf(code), { fold: true }) : new OneChar(code));
  }

  #escape(): readonly Node[] {
    const letter = this.text[this.at + 1] ?? "";
    const place = PLACES[letter];
    if (place !== undefined) {
      this.at += 2;
      return [assertion(place)];
    }
    if (letter === "Q") return this.#quoted();
    const set = this.set();
    if (set !== undefined) return [chars(new CharClass(set, { fold: this.fold }))];
    return [this.#literal(readEscape(this))];
  }

  /** `\Q...\E` */
  #quoted(): readonly Node[] {
    const from = this.at + 2;
    const end = this.text.indexOf("\\E", from);
    const quoted = this.text.slice(from, end < 0 ? undefined : end);
    this.at = end < 0 ? this.text.length : end + 2;
    return [...quoted].map((char) => this.#literal(char.codePointAt(0) ?? 0));
  }

  /** `\d` or `\pL`, here; undefined where neither is. */
  set(): string | undefined {
    const letter = this.text[this.at] === "\\" ? (this.text[this.at + 1] ?? "") : "";
    const perl = perlClass(letter);
    if (perl !== undefined) this.at += 2;
    return perl ?? (letter === "p" || letter === "P" ? this.#property(letter === "P") : undefined);
  }

  #property(isNegated: boolean): string {
    const from = this.at;
    this.at += 2;
    let name = this.at < this.text.length ? String.fromCodePoint(this.take()) : "";
    if (name === "{") {
      const end = this.text.indexOf("}", from);
      if (end < 0) throw new RegexpError("invalid character class range", this.text.slice(from));
      name = this.text.slice(this.at, end);
      this.at = end + 1;
    }
    const items = unicodeClass(name, isNegated);
    if (items === undefined)
      throw new RegexpError("invalid character class range", this.text.slice(from, this.at));
    return items;
  }

  /** A group, or nothing where flags are set for what follows. */
  #group(): readonly Node[] {
    const flags = this.#flags;
    const opens = this.text[this.at + 1] === "?" ? this.#opening() : 1;
    if (opens === "flags") return [];
    if (opens === 1) this.at += 1;
    if (++this.#depth > MAX_DEPTH) throw new RegexpError("expression nests too deeply", this.text);
    const node = this.#alternation();
    if (this.text[this.at] !== ")") throw new RegexpError("missing closing )", this.text);
    this.at += 1;
    this.#depth -= 1;
    this.#flags = flags;
    return [node];
  }

  /** `(?P<name>`, `(?<name>`, `(?i:` or `(?i)` */
  #opening(): "flags" | "group" {
    const rest = this.text.slice(this.at);
    if (/^\(\?P?</.test(rest)) {
      const name = /^\(\?P?<(.*?)>/s.exec(rest);
      if (name === null || !/^\w+$/.test(name[1] ?? ""))
        throw new RegexpError("invalid named capture", name === null ? rest : name[0]);
      this.at += name[0].length;
      return "group";
    }
    const set = /^\(\?([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest);
    if (set === null) {
      const wrong = /^\(\?[imsU]*(?:-[imsU]*)?./su.exec(rest)?.[0] ?? rest;
      throw new RegexpError("invalid or unsupported Perl syntax", wrong);
    }
    const [whole, on = "", off = "", end] = set;
    this.#set(on, true);
    this.#set(off, false);
    this.at += whole.length;
    return end === ":" ? "group" : "flags";
  }

  #set(letters: string, value: boolean): void {
    for (const letter of letters) {
      const name = FLAG_NAMES[letter];
      if (name !== undefined) this.#flags = { ...this.#flags, [name]: value };
    }
  }
}

interface Counts {
  readonly min: number;
  readonly max: number;
  readonly length: number;
  /** Written as a number, whose copies are counted. */
  readonly isCount: boolean;
}

const SIGNS: Readonly<Record<string, Counts>> = {
  "*": { min: 0, max: Number.POSITIVE_INFINITY, length: 1, isCount: false },
  "+": { min: 1, max: Number.POSITIVE_INFINITY, length: 1, isCount: false },
  "?": { min: 0, max: 1, length: 1, isCount: false },
};

const BRACES = /\{(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)?)?\}/y;
const ANY = new CharClass("", { negated: true });
const NO_LINE_FEED = new CharClass("\\n", { negated: true });

const PLACES: Readonly<Record<string, Assertion>> = {
  A: "beginText",
  z: "endText",
  b: "wordBoundary",
  B: "noWordBoundary",
};
