/** Regular expressions that users give (`pattern` of a CustomResourceDefinition), by RE2's syntax and in linear time. */
import { RE2JS, RE2JSSyntaxException } from "re2js";

/** Instructions times characters: a second at worst. Upstream has no bound, and threads to spare. */
const MAX_STEPS = 100_000_000;

/** What is wrong with a regular expression, in the words of RE2, which users look up. */
export class RegexpError extends Error {}

/** A compiled expression. */
export class Regexp {
  readonly #compiled: RE2JS;

  /** Throws `RegexpError`: ``error parsing regexp: missing argument to repetition operator: `+` ``. */
  constructor(pattern: string) {
    try {
      this.#compiled = RE2JS.compile(pattern);
    } catch (error) {
      if (!(error instanceof RE2JSSyntaxException)) throw error;
      throw new RegexpError(`error parsing regexp: ${error.error}: \`${error.input ?? ""}\``, {
        cause: error,
      });
    }
  }

  /** Whether it matches some part of the text. Throws `RegexpError` where that could hold the event loop. */
  matches(text: string): boolean {
    if (this.#compiled.programSize() * text.length > MAX_STEPS)
      throw new RegexpError("it takes too long on a text of that length");
    return this.#compiled.test(text);
  }
}
