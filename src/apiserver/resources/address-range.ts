/**
 * One range of service addresses, as offsets: which are usable, and in which order they are tried. The lower band is left
 * to addresses that are asked for by name. Source: KEP-3070.
 */
import { type Cidr, contains, formatCidr, formatIp, networkOf } from "#api";
import type { Random } from "#base";

export type Family = "IPv4" | "IPv6";

/** The lower band: a sixteenth of the range, within these bounds. */
const minStatic = 16n;
const maxStatic = 256n;
const randomTries = 64;
/** A range that is fuller than this many tries in a row can tell counts as full. */
const maxScan = 65_536;

export class AddressRange {
  readonly family: Family;
  readonly #cidr: Cidr;
  readonly #base: bigint;
  /** Usable addresses: neither the network's own, nor IPv4's broadcast. */
  readonly #usable: bigint;

  constructor(cidr: Cidr) {
    this.#cidr = cidr;
    this.family = cidr.address.length === 4 ? "IPv4" : "IPv6";
    this.#base = numberOf(networkOf(cidr));
    const size = 1n << BigInt(cidr.address.length * 8 - cidr.prefixLength);
    const spare = this.family === "IPv4" ? 2n : 1n;
    this.#usable = size > spare ? size - spare : 0n;
  }

  /** `"10.96.0.0/12"` */
  get text(): string {
    return formatCidr({ ...this.#cidr, address: networkOf(this.#cidr) });
  }

  /** How many addresses are usable. */
  get size(): number {
    return Number(this.#usable);
  }

  /** The first usable address. */
  get first(): string {
    return this.#at(1n);
  }

  holds(address: Uint8Array): boolean {
    if (!contains(this.#cidr, address)) return false;
    const offset = numberOf(address) - this.#base;
    return offset >= 1n && offset <= this.#usable;
  }

  /** A free address, above the lower band while there is one; undefined when the range is full. */
  free(random: Random, isFree: (address: string) => boolean): string | undefined {
    if (this.#usable === 0n) return undefined;
    const reserved = this.#reserved();
    const upper = this.#usable - reserved;
    for (let i = 0; i < randomTries && upper > 0n; i++) {
      const address = this.#at(1n + reserved + below(random, upper));
      if (isFree(address)) return address;
    }
    const start = below(random, this.#usable);
    // Above the lower band first, each from a random place, so that writers do not meet.
    const orders = [
      { from: reserved, count: upper },
      { from: 0n, count: reserved },
    ];
    for (const { from, count } of orders) {
      for (let i = 0n; i < count && i < maxScan; i++) {
        const address = this.#at(1n + from + ((start + i) % count));
        if (isFree(address)) return address;
      }
    }
    return undefined;
  }

  #reserved(): bigint {
    if (this.#usable <= minStatic) return 0n;
    const part = this.#usable / 16n;
    return part < minStatic ? minStatic : part > maxStatic ? maxStatic : part;
  }

  #at(offset: bigint): string {
    const bytes = new Uint8Array(this.#cidr.address.length);
    let rest = this.#base + offset;
    for (let i = bytes.length - 1; i >= 0; i--) {
      bytes[i] = Number(rest & 255n);
      rest >>= 8n;
    }
    return formatIp(bytes);
  }
}

function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
}

/** Uniform enough: ranges beyond 2^48 are sampled in their first part. */
function below(random: Random, limit: bigint): bigint {
  return BigInt(random.below(Number(limit < 1n << 48n ? limit : 1n << 48n)));
}
