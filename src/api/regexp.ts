/**
 * Regular expressions that users give (`pattern` of a CustomResourceDefinition), by RE2's syntax and in linear time. All of
 * one request have a bound together, since none may hold the loop; upstream has no bound, and threads to spare.
 */
import { RE2JS, RE2JSSyntaxException } from "re2js";
import { expressionSize } from "./regexp-size.ts";

/** Of all expressions together: some hundred times what large definitions have, and two seconds to read at worst. */
const MAX_SIZE = 500_000;
/** What each costs beside its size. */
const BASE_SIZE = 20;
/** One of this length costs as much again: what has no end (`[[:[[:`) is searched for it from each place. */
const LONG = 1_000;
/** Instructions times characters, of all texts together: a quarter of a second at worst. */
const MAX_STEPS = 5_000_000;

/** What is wrong with a regular expression, in the words of RE2, which users look up. */
export class RegexpError extends Error {}

/** The expressions of one request, each read once. */
export class Regexps {
  readonly #compiled = new Map<string, RE2JS | RegexpError>();
  #size = MAX_SIZE;
  #steps = MAX_STEPS;

  /** Throws `RegexpError`: ``error parsing regexp: missing argument to repetition operator: `+` ``. */
  check(pattern: string): void {
    this.#of(pattern);
  }

  /** Whether it matches some part of the text. Throws `RegexpError` also where that could hold the loop. */
  matches(pattern: string, text: string): boolean {
    const compiled = this.#of(pattern);
    const steps = compiled.programSize() * text.length;
    if (steps > this.#steps) throw new RegexpError("it takes too long on a text of that length");
    this.#steps -= steps;
    return compiled.test(text);
  }

  #of(pattern: string): RE2JS {
    const known = this.#compiled.get(pattern);
    const found = known ?? this.#compile(pattern);
    if (known === undefined) this.#compiled.set(pattern, found);
    if (found instanceof RegexpError) throw found;
    return found;
  }

  #compile(pattern: string): RE2JS | RegexpError {
    this.#size -= BASE_SIZE + expressionSize(pattern) + pattern.length ** 2 / LONG;
    if (this.#size < 0) return new RegexpError("error parsing regexp: expression too large");
    try {
      return RE2JS.compile(pattern);
    } catch (error) {
      if (!(error instanceof RE2JSSyntaxException)) throw error;
      const text = `error parsing regexp: ${error.error}: \`${error.input ?? ""}\``;
      return new RegexpError(text, { cause: error });
    }
  }
}
