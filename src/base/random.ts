/**
 * Seeded randomness: sfc32 (128 bits of state), one generator per stream. A stream's draws depend only on its
 * seed, so the streams of two parts never disturb each other however their draws interleave.
 * Both twins use it: the simulated one seeds by name (`base/sim/world.ts`), the real one from the operating
 * system (`base/real/env.ts`), since two processes must never agree. Not for secrets.
 */
import type { Random } from "./env.ts";
import { assert } from "./errors.ts";

const suffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";
const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const warmUpDraws = 12;

/** Where a stream's seed comes from and who hears of its draws. */
export interface RandomSource {
  /** Sixteen bytes for the stream of that path (`"root/kubelet/backoff"`). */
  seed(path: string): Uint8Array;
  /** Called with each 32-bit draw. */
  drawn?(path: string, value: number): void;
}

export class SeededRandom implements Random {
  readonly #source: RandomSource;
  readonly #path: string;
  #forks: Map<string, number> | undefined;
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(source: RandomSource, path: string) {
    this.#source = source;
    this.#path = path;
    const seed = source.seed(path);
    assert(seed.length >= 16, "A random stream needs 16 bytes of seed");
    const view = new DataView(seed.buffer, seed.byteOffset, 16);
    this.#a = view.getInt32(0, true);
    this.#b = view.getInt32(4, true);
    this.#c = view.getInt32(8, true);
    this.#counter = view.getInt32(12, true);
    for (let round = 0; round < warmUpDraws; round++) this.#next();
  }

  /** A second fork of one name is a stream of its own (`name#2`), so that ids never repeat by accident. */
  fork(name: string): Random {
    const forks = (this.#forks ??= new Map());
    const count = (forks.get(name) ?? 0) + 1;
    forks.set(name, count);
    return new SeededRandom(this.#source, `${this.#path}/${count === 1 ? name : `${name}#${count}`}`);
  }

  float(): number {
    return this.#draw() / 2 ** 32;
  }

  below(bound: number): number {
    assert(bound >= 1 && bound <= 2 ** 32, "Random.below() needs a bound from 1 to 2^32");
    return Math.floor((this.#draw() / 2 ** 32) * bound);
  }

  uuid(): string {
    const first = this.#draw();
    const second = (this.#draw() & 0xffff0fff) | 0x4000;
    const third = (this.#draw() & 0x3fffffff) | 0x80000000;
    const fourth = this.#draw();
    // Joined: what is added up would keep its parts, and ids are kept by the thousand.
    return [
      hex32(first),
      hex16(second >>> 16),
      hex16(second),
      hex16(third >>> 16),
      hex16(third) + hex32(fourth),
    ].join("-");
  }

  suffix(length: number): string {
    let text = "";
    for (let index = 0; index < length; index++) text += suffixAlphabet[this.below(suffixAlphabet.length)];
    return text;
  }

  #draw(): number {
    const value = this.#next();
    this.#source.drawn?.(this.#path, value);
    return value;
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return sum >>> 0;
  }
}

function hex16(value: number): string {
  return `${hexPairs[(value >>> 8) & 0xff]}${hexPairs[value & 0xff]}`;
}

function hex32(value: number): string {
  return hex16(value >>> 16) + hex16(value);
}
