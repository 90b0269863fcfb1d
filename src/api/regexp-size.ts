/** How large a regular expression becomes, before anything is made of it. */

/** What counts as one: an escape, a class, or any character. */
const atom = /\\[pP]\{[^}]{1,40}\}|\\[pP]?.|\[\^?\]?(?:\\.|\[:[^\]]{1,40}:\]|[^\]\\])*\]?|[^]/suy;
const repetition = /\{(\d{1,4})(?:,(\d{0,4}))?\}/y;
/** What a class of Unicode costs, of many ranges, where a character costs 1. */
const UNICODE = 5;
/** Larger is not told apart. */
const LARGE = Number.MAX_SAFE_INTEGER;

/** Its atoms, as often as `{n,m}` repeats them. No parser: what is no expression has some size too. */
export function expressionSize(pattern: string): number {
  const outer: number[] = [];
  let [size, last] = [0, 0];
  for (let at = 0; at < pattern.length; ) {
    repetition.lastIndex = at;
    const repeated = repetition.exec(pattern);
    atom.lastIndex = at;
    const [one] = repeated ?? atom.exec(pattern) ?? [""];
    if (repeated !== null) {
      const times = Math.max(1, Number(repeated[1]), Number(repeated[2] ?? 0));
      size += last * (times - 1);
      last = Math.min(last * times, LARGE);
    } else if (one === "(") {
      outer.push(size);
      [size, last] = [1, 0];
    } else if (one === ")") {
      last = Math.min(size, LARGE);
      size += outer.pop() ?? 0;
    } else {
      last = /\\[pP]/.test(one) ? UNICODE * one.length : one.length;
      size += last;
    }
    at += Math.max(1, one.length);
  }
  return outer.reduce((sum, open) => sum + open, size);
}
