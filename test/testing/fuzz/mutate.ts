/** Makes inputs that are nearly right: bytes of good ones, cut, doubled, spliced, nested and seasoned with dangerous words. */
import type { Random } from "#base";

/** Longest input; a body may be longer, but what goes wrong goes wrong here already. */
const MAX_BYTES = 8_192;

/** Words of every language that is fuzzed, and those that have broken parsers before. */
const WORDS = [
  "__proto__ constructor prototype toString hasOwnProperty",
  "9007199254740993 18446744073709551616 -9223372036854775809 1e400 -0 0x1F 1_000 .5",
  "{ } [ ] {} [] , : \" ' null true \\ / ~1 ~0 - * &a *a <<: --- !!binary !!js/function | > ?",
  "% %00 %2e%2e .. ../ // # $patch replace delete $retainKeys $setElementOrder/containers",
  "$deleteFromPrimitiveList/finalizers ) ! != == = > < Ki m E e3 Z T +24:00 T24:00:00Z",
  "metadata name namespace labels finalizers spec containers kind apiVersion op path",
]
  .flatMap((line) => line.split(" "))
  .concat([" in (", " notin (", "\u0000", "\\u0000", "\ud800", "\ufeff", "\r\n", "\t", "--- "])
  .map((word) => Buffer.from(word));

/** Between one and eight changes of one of `corpus`. */
export function mutated(corpus: readonly Buffer[], random: Random): Buffer {
  let input = corpus[random.below(corpus.length)] as Buffer;
  for (let left = 1 + random.below(8); left > 0; left--) input = changed(input, corpus, random);
  return input.subarray(0, MAX_BYTES);
}

function changed(input: Buffer, corpus: readonly Buffer[], random: Random): Buffer {
  const at = random.below(input.length + 1);
  const end = Math.min(input.length, at + random.below(1 + (random.below(4) === 0 ? input.length : 8)));
  const [before, middle, rest] = [input.subarray(0, at), input.subarray(at, end), input.subarray(end)];
  switch (random.below(8)) {
    case 0:
      return Buffer.concat([before, rest]);
    case 1:
      return Buffer.concat([before, middle, middle, rest]);
    case 2:
      return Buffer.concat([before, Buffer.from([random.below(256)]), rest]);
    case 3: {
      const other = corpus[random.below(corpus.length)] as Buffer;
      return Buffer.concat([before, other.subarray(random.below(other.length + 1))]);
    }
    case 4: {
      const times = 1 << random.below(11);
      const what = middle.length > 0 && middle.length * times <= MAX_BYTES ? middle : Buffer.from("[");
      return Buffer.concat([before, ...Array.from({ length: times }, () => what), rest]);
    }
    default:
      return Buffer.concat([before, WORDS[random.below(WORDS.length)] as Buffer, rest]);
  }
}
