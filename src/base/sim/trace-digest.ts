/**
 * A running hash over everything that happens in a simulated world: two runs of one seed are the same run
 * when their digests are equal. Two lanes of 32 bits in the manner of MurmurHash3: quick, and not for
 * secrets.
 */
export class TraceDigest {
  #low = 0x9747b28c;
  #high = 0x1b873593;
  #count = 0;
  readonly #textHashes = new Map<string, number>();

  /** Adds a number; its fraction counts too. */
  number(value: number): void {
    const whole = Math.trunc(value);
    this.#mix(whole | 0);
    this.#mix(Math.trunc(whole / 2 ** 32) ^ Math.round((value - whole) * 2 ** 20));
  }

  /** Adds a text that comes often (a path, a label): hashed once. */
  label(text: string): void {
    let hash = this.#textHashes.get(text);
    if (hash === undefined) {
      hash = hashText(text);
      if (this.#textHashes.size >= maxRememberedLabels) this.#textHashes.clear();
      this.#textHashes.set(text, hash);
    }
    this.#mix(hash);
  }

  /** Adds a text that comes once (a message). */
  text(text: string): void {
    this.#mix(hashText(text));
  }

  /** Sixteen hexadecimal digits. */
  toString(): string {
    const low = finish(this.#low ^ this.#count);
    const high = finish(this.#high ^ low);
    return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
  }

  #mix(value: number): void {
    this.#count++;
    const spread = Math.imul(rotate(Math.imul(value, 0xcc9e2d51), 15), 0x1b873593);
    this.#low = (Math.imul(rotate(this.#low ^ spread, 13), 5) + 0xe6546b64) | 0;
    this.#high = (Math.imul(rotate(this.#high ^ Math.imul(spread, 0x85ebca6b), 17), 9) + this.#low) | 0;
  }
}

const maxRememberedLabels = 100_000;

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return finish(hash ^ text.length);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function finish(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
