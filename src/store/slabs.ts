/**
 * Values lie one after the other in slabs of 1 MB. A small buffer of its own costs half as much again, and one
 * cut from a pool keeps the pool alive for as long as its longest-lived neighbour lives. A slab of which less
 * than half is live is emptied: its survivors move to the open slab, and the collector takes the memory as soon
 * as nobody reads there. So a record's `value` may become another view of the same bytes, never other bytes.
 *
 *   sealed | a . . d . f . |    a, d, f live: less than half    open | x y z a d f      |
 */
import { Buffer } from "node:buffer";
import { limits } from "./limits.ts";
import type { StoredRecord } from "./store.ts";

interface Slab {
  readonly bytes: Buffer;
  /** Those with their value here. */
  readonly records: Set<StoredRecord>;
  usedBytes: number;
  liveBytes: number;
}

export class Slabs {
  readonly #slabs = new Map<ArrayBufferLike, Slab>();
  #open: Slab | undefined;

  /** Memory held, in bytes. */
  get sizeBytes(): number {
    return this.#slabs.size * limits.slabBytes;
  }

  /** Moves the value of a record here; large ones stay where they are. */
  adopt(record: StoredRecord): void {
    const { value } = record;
    if (value.length > limits.slabValueBytes) return;
    const slab = this.#slabFor(value.length);
    const start = slab.usedBytes;
    slab.usedBytes += value.length;
    slab.liveBytes += value.length;
    slab.bytes.set(value, start);
    slab.records.add(record);
    (record as { value: Uint8Array }).value = slab.bytes.subarray(start, slab.usedBytes);
  }

  /** The store holds the record no more. Whoever still does can read it all the same. */
  release(record: StoredRecord): void {
    const slab = this.#slabs.get(record.value.buffer);
    if (slab === undefined || !slab.records.delete(record)) return;
    slab.liveBytes -= record.value.length;
    if (slab !== this.#open) this.#emptyIfSparse(slab);
  }

  #slabFor(sizeBytes: number): Slab {
    const sealed = this.#open;
    if (sealed !== undefined && sealed.usedBytes + sizeBytes <= limits.slabBytes) return sealed;
    const bytes = Buffer.allocUnsafeSlow(limits.slabBytes);
    const slab = { bytes, records: new Set<StoredRecord>(), usedBytes: 0, liveBytes: 0 };
    this.#slabs.set(bytes.buffer, slab);
    this.#open = slab;
    if (sealed !== undefined) this.#emptyIfSparse(sealed);
    return slab;
  }

  #emptyIfSparse(slab: Slab): void {
    if (slab.liveBytes * 2 >= limits.slabBytes) return;
    this.#slabs.delete(slab.bytes.buffer);
    for (const record of slab.records) this.adopt(record);
  }
}
