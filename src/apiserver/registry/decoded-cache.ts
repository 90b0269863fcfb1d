/**
 * Decoded objects in two generations, bounded by bytes: a hit moves an object into the young one, and when
 * that is full the old one is dropped whole. An LRU in effect, without the cost of keeping an order.
 */
import type { KubeObject } from "#api";
import { DECODED_BYTES, DECODED_FACTOR } from "../limits.ts";
import type { Versioned } from "./records.ts";

export class DecodedCache {
  #young = new Map<Versioned, KubeObject>();
  #old = new Map<Versioned, KubeObject>();
  #youngBytes = 0;

  get(record: Versioned): KubeObject | undefined {
    const found = this.#young.get(record);
    if (found !== undefined) return found;
    const older = this.#old.get(record);
    if (older === undefined) return undefined;
    this.#old.delete(record);
    this.set(record, older);
    return older;
  }

  set(record: Versioned, object: KubeObject): void {
    this.#young.set(record, object);
    this.#youngBytes += record.value.length * DECODED_FACTOR;
    if (this.#youngBytes < DECODED_BYTES / 2) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
  }
}
