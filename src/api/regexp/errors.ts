/** What is wrong with a regular expression, in the words of RE2, which users look up. */

export class RegexpError extends Error {
  /** `complaint`: "missing argument to repetition operator"; `part`: the text that it is about. */
  constructor(complaint: string, part?: string) {
    super(`error parsing regexp: ${complaint}${part === undefined ? "" : `: \`${part}\``}`);
    this.name = "RegexpError";
  }
}
