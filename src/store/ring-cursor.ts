/**
 * A watcher's place in the ring: no queue of its own. A cursor behind the ring reads from the journal until it
 * has caught up; `compacted` means that history itself is gone.
 */
import type { Channel, Wake } from "./channels.ts";
import type { EventRing } from "./event-ring.ts";
import type { Replay } from "./replay.ts";
import type { Cursor, Revision, StoreEvent, WatchOptions } from "./store.ts";

/** What a cursor needs of its store. */
export interface CursorHost {
  readonly ring: EventRing;
  readonly revision: Revision;
  /** Why nothing more will come, if so: `failed` or `closed`; or that history was lost by a reset. */
  readonly broken: Error | undefined;
  /** Throws `compacted`. */
  replay(channel: Channel, start: CursorStart): Replay;
  leave(channel: Channel): void;
}

/** Where a cursor begins, and whether it ends rather than reads the journal. */
export type CursorStart = Required<Pick<WatchOptions, "after" | "recent">>;

export class RingCursor implements Cursor {
  readonly #host: CursorHost;
  readonly #channel: Channel;
  readonly #recent: boolean;
  /** Where to look next in the ring. */
  #place: number;
  /** Every matching event up to here was returned; the truth only while behind, see `revision`. */
  #taken: Revision;
  #replay: Replay | undefined;
  /** Events that the replay brought and `take` has not returned. */
  #replayed: readonly StoreEvent[] = [];
  #loading: Promise<void> | undefined;
  #error: Error | undefined;
  #disposed = false;
  /** What waits in the channel for this cursor. */
  readonly #armed = new Set<Wake>();

  constructor(host: CursorHost, channel: Channel, start: CursorStart) {
    const { after, recent } = start;
    this.#host = host;
    this.#channel = channel;
    this.#recent = recent;
    this.#taken = after;
    this.#place = host.ring.firstAfter(after);
    channel.coverFrom(this.#place);
    if (after < host.ring.base) this.#replay = host.replay(channel, start);
  }

  get revision(): Revision {
    if (this.#behind() || this.#error !== undefined) return this.#taken;
    const next = this.#nextEvent();
    if (next !== undefined) return (next.revision - 1) as Revision;
    return this.#taken > this.#host.revision ? this.#taken : this.#host.revision;
  }

  take(max: number, through = this.#host.revision): readonly StoreEvent[] {
    const error = this.#error ?? this.#host.broken;
    if (error !== undefined) throw error;
    // What comes from the journal is this cursor's alone: nobody else is shown the same.
    if (this.#behind()) return this.#takeReplayed(max);
    // Looking may have shown that history is gone.
    if (this.#error !== undefined) throw this.#error;
    const { ring } = this.#host;
    const events: StoreEvent[] = [];
    let index = this.#channel.indexFrom(this.#place);
    for (
      let place = this.#channel.placeAt(index);
      place !== undefined;
      place = this.#channel.placeAt(index)
    ) {
      const event = ring.at(place);
      const last = events[events.length - 1];
      if (event.revision > through || (events.length >= max && last?.revision !== event.revision)) break;
      index += 1;
      if (event.revision > this.#taken) events.push(event);
    }
    const whole = wholeRevisions(events, max);
    const last = whole[whole.length - 1];
    this.#place =
      whole.length === events.length ? (this.#channel.placeAt(index) ?? ring.end) : this.#placeAfter(last);
    if (last !== undefined) this.#taken = last.revision;
    return whole;
  }

  wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const disarm = this.#arm(resolve);
    const abort = () => {
      disarm();
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", abort));
  }

  onReady(wake: Wake): void {
    this.#arm(wake);
  }

  /** Runs `wake` once, later, unless the result is called before. */
  #arm(wake: Wake): () => void {
    const run = () => {
      if (this.#armed.delete(run)) wake();
    };
    this.#armed.add(run);
    if (this.#behind()) {
      void this.#load().then(run);
    } else if (
      this.#nextEvent() !== undefined ||
      this.#error !== undefined ||
      this.#host.broken !== undefined
    ) {
      void Promise.resolve().then(run);
    } else {
      this.#channel.wait(run);
    }
    return () => {
      this.#armed.delete(run);
      this.#channel.forget(run);
    };
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const run of this.#armed) this.#channel.forget(run);
    this.#armed.clear();
    this.#host.leave(this.#channel);
  }

  #nextEvent(): StoreEvent | undefined {
    for (let index = this.#channel.indexFrom(this.#place); ; index += 1) {
      const place = this.#channel.placeAt(index);
      if (place === undefined) return undefined;
      const event = this.#host.ring.at(place);
      if (event.revision > this.#taken) return event;
    }
  }

  /** Whether events must come from the journal; begins a replay when the ring has lost one. */
  #behind(): boolean {
    if (this.#replay !== undefined) return true;
    if (this.#error !== undefined || this.#host.broken !== undefined) return false;
    if (!this.#channel.lostSince(this.#place)) return false;
    try {
      this.#replay = this.#host.replay(this.#channel, { after: this.#taken, recent: this.#recent });
    } catch (error) {
      this.#error = error as Error;
      return false;
    }
    return true;
  }

  #takeReplayed(max: number): readonly StoreEvent[] {
    const whole = wholeRevisions(this.#replayed, max);
    this.#replayed = this.#replayed.slice(whole.length);
    const last = whole[whole.length - 1];
    if (last !== undefined) this.#taken = last.revision;
    if (this.#replayed.length === 0) {
      this.#joinRing();
      if (this.#replay !== undefined) void this.#load();
    }
    return whole;
  }

  /** Leaves the replay when it has reached what the ring holds. */
  #joinRing(): void {
    const replay = this.#replay;
    if (replay === undefined) return;
    if (replay.through > this.#taken) this.#taken = replay.through;
    if (replay.through < this.#host.ring.base) return;
    this.#replay = undefined;
    this.#place = this.#host.ring.firstAfter(replay.through);
    this.#channel.coverFrom(this.#place);
  }

  #load(): Promise<void> {
    this.#loading ??= this.#loadNext().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** Ends with events to take, or in the ring, or with an error to throw. */
  async #loadNext(): Promise<void> {
    try {
      while (this.#replay !== undefined && this.#replayed.length === 0 && !this.#disposed) {
        this.#replayed = await this.#replay.next();
        if (this.#replayed.length === 0) this.#joinRing();
      }
    } catch (error) {
      this.#error = error instanceof Error ? error : new Error(String(error));
      this.#replay = undefined;
    }
  }

  #placeAfter(last: StoreEvent | undefined): number {
    return last === undefined ? this.#place : this.#host.ring.firstAfter(last.revision);
  }
}

/** The most whole revisions within `max` events; a revision larger than `max` comes whole. */
function wholeRevisions(events: readonly StoreEvent[], max: number): readonly StoreEvent[] {
  if (events.length <= max) return events;
  let end = max;
  while (end > 0 && events[end - 1]?.revision === events[end]?.revision) end -= 1;
  if (end > 0) return events.slice(0, end);
  end = 1;
  while (events[end]?.revision === events[0]?.revision) end += 1;
  return events.slice(0, end);
}
