/**
 * The last events, shared by all cursors. An event has a place: a number that grows by one and is never used
 * twice. Bounded by count and by the bytes of the old versions that only the ring keeps alive; what fell out
 * is read from the journal.
 *
 *   places   17   18   19   20            start = 17, end = 21
 *   events   r40  r40  r42  r45           firstAfter(40) = 19
 */
import type { Revision, StoreEvent } from "./store.ts";

/** `overheadBytes` is what an event costs besides the version that it replaced. */
export interface RingBounds {
  readonly events: number;
  readonly bytes: number;
  readonly overheadBytes: number;
  /** Hears of each event that leaves. */
  readonly dropped: (event: StoreEvent) => void;
}

/** See the head of the file; `trim` is called between batches. */
export class EventRing {
  readonly #bounds: RingBounds;
  /** `#events[#head + i]` is the event at place `start + i`. */
  #events: (StoreEvent | undefined)[] = [];
  #head = 0;
  #start = 0;
  #sizeBytes = 0;
  #base: Revision;

  /** `base`: history before and at this revision is not here. */
  constructor(base: Revision, bounds: RingBounds) {
    this.#base = base;
    this.#bounds = bounds;
  }

  /** The place of the oldest event. */
  get start(): number {
    return this.#start;
  }

  /** The place that the next event will have. */
  get end(): number {
    return this.#start + this.#events.length - this.#head;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Every event with a greater revision is here. */
  get base(): Revision {
    return this.#base;
  }

  /** The event at a place in [start, end). */
  at(place: number): StoreEvent {
    return this.#events[this.#head + place - this.#start] as StoreEvent;
  }

  push(event: StoreEvent): void {
    this.#events.push(event);
    this.#sizeBytes += this.#cost(event);
  }

  /** Drops the oldest until the bounds hold, whole revisions at a time. Called between transactions. */
  trim(): void {
    while (this.#sizeBytes > this.#bounds.bytes || this.end - this.#start > this.#bounds.events) {
      this.dropThrough(this.at(this.#start).revision);
    }
  }

  /** The same for a smaller bound, of events up to `revision`. */
  shrink(bytes: number, revision: Revision): void {
    while (this.#sizeBytes > bytes && this.#start < this.end) {
      const oldest = this.at(this.#start).revision;
      if (oldest > revision) return;
      this.dropThrough(oldest);
    }
  }

  /** Drops every event with `revision` or an older one. */
  dropThrough(revision: Revision): void {
    if (revision > this.#base) this.#base = revision;
    while (this.#head < this.#events.length) {
      const event = this.#events[this.#head] as StoreEvent;
      if (event.revision > revision) break;
      this.#sizeBytes -= this.#cost(event);
      this.#events[this.#head] = undefined;
      this.#head += 1;
      this.#start += 1;
      this.#bounds.dropped(event);
    }
    if (this.#head > 1_024 && this.#head * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
  }

  /** The place of the first event with a revision greater than `revision`. */
  firstAfter(revision: Revision): number {
    let low = this.#start;
    let high = this.end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.at(middle).revision > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #cost(event: StoreEvent): number {
    return (event.previous?.value.length ?? 0) + this.#bounds.overheadBytes;
  }
}
