/**
 * The shape of every format check: text in, complaints out. No complaint means good; several complaints
 * become several causes of one field, as upstream's validators report them.
 */

/** `dnsLabel("a.b")` is `["a lowercase ..."]`; `dnsLabel("a")` is `[]`. */
export type Check = (value: string) => readonly string[];

/**
 * Of `metadata.name`, or with `isPrefix` of `metadata.generateName`, to which five characters will be added.
 */
export type NameCheck = (name: string, isPrefix: boolean) => readonly string[];

export const good: readonly string[] = [];

const encoder = new TextEncoder();

/** Length in UTF-8 bytes, in which all limits of the API are counted. */
export function byteLength(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return encoder.encode(text).length;
  return text.length;
}

/** A check by a pattern and a largest length in bytes, which may both complain. */
export function pattern(what: string, regex: RegExp, maxBytes: number, example: string): Check {
  const wrong = `${what} (for example "${example}", matching ${regex.source})`;
  const long = `must be no more than ${maxBytes} bytes`;
  return (value) => {
    const fits = byteLength(value) <= maxBytes;
    const matches = regex.test(value);
    if (fits && matches) return good;
    return [...(fits ? [] : [long]), ...(matches ? [] : [wrong])];
  };
}
