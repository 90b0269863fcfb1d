/**
 * Regular expressions that users give (`pattern` of a CustomResourceDefinition), by RE2's syntax and in linear time: no
 * expression takes a text's length to a power, and one that costs too much on a text gives up instead of holding the
 * event loop.
 */
import { RegexpError } from "./errors.ts";
import type { Assertion } from "./node.ts";
import { parseRegexp } from "./parser.ts";
import { type Program, programOf, type State } from "./program.ts";

/** Steps of one match: a quarter of a second. Upstream has no bound, and threads to spare. */
const MAX_STEPS = 5_000_000;
/** What stands before the first character and after the last. */
const EDGE = -1;
const LINE_FEED = 10;

/** A compiled expression. */
export class Regexp {
  readonly #program: Program;

  /** Throws `RegexpError`: ``error parsing regexp: missing argument to repetition operator: `+` ``. */
  constructor(pattern: string) {
    this.#program = programOf(parseRegexp(pattern));
  }

  /** Whether it matches some part of the text. Throws `RegexpError` when that takes too long to tell. */
  matches(text: string): boolean {
    return new Matching(this.#program).run(text);
  }
}

/** The states that one text's reading is in. */
class Matching {
  readonly #states: readonly State[];
  readonly #start: number;
  /** The place at which a state was last entered. */
  readonly #entered: Float64Array;
  #steps = 0;
  #place = 0;
  #before = EDGE;
  #after = EDGE;

  constructor({ states, start }: Program) {
    this.#states = states;
    this.#start = start;
    this.#entered = new Float64Array(states.length).fill(-1);
  }

  run(text: string): boolean {
    let current: number[] = [];
    let next: number[] = [];
    for (let at = 0; ; ) {
      const code = text.codePointAt(at);
      this.#after = code ?? EDGE;
      // States that a character led to are entered here, where what comes after it is known.
      const entered: number[] = [];
      for (const state of current) if (this.#enter(state, entered)) return true;
      if (this.#enter(this.#start, entered)) return true;
      if (code === undefined) return false;
      next = [];
      for (const index of entered) {
        const state = this.#states[index];
        if (state?.op === "chars" && state.set.has(code)) next.push(state.next);
      }
      this.#count(entered.length);
      current = next;
      this.#before = code;
      this.#place += 1;
      at += code > 0xffff ? 2 : 1;
    }
  }

  /** Adds the states that wait for a character from `first` on; true when a match is among them. */
  #enter(first: number, waiting: number[]): boolean {
    const open = [first];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (this.#entered[index] === this.#place) continue;
      this.#entered[index] = this.#place;
      this.#count(1);
      const state = this.#states[index];
      if (state === undefined || state.op === "match") return true;
      if (state.op === "chars") waiting.push(index);
      else if (state.op === "split") for (const one of state.next) open.push(one);
      else if (this.#holds(state.assertion)) open.push(state.next);
    }
    return false;
  }

  #holds(assertion: Assertion): boolean {
    switch (assertion) {
      case "beginText":
        return this.#before === EDGE;
      case "endText":
        return this.#after === EDGE;
      case "beginLine":
        return this.#before === EDGE || this.#before === LINE_FEED;
      case "endLine":
        return this.#after === EDGE || this.#after === LINE_FEED;
      case "wordBoundary":
        return isWord(this.#before) !== isWord(this.#after);
      case "noWordBoundary":
        return isWord(this.#before) === isWord(this.#after);
    }
  }

  #count(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw new RegexpError("takes too long on this text");
  }
}

function isWord(code: number): boolean {
  return (
    (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122)
  );
}
