/**
 * One unbroken stretch of history: a ring, the channels over it, and their cursors. A store has one until its
 * journal says that history was lost, which ends the stretch for every cursor on it (`compacted`).
 */
import type { Env, Timer } from "#base";
import { type Channel, Channels, type Filter, type Wake } from "./channels.ts";
import { StoreError } from "./errors.ts";
import { EventRing, type RingBounds } from "./event-ring.ts";
import { type PastReader, Replay } from "./replay.ts";
import { type CursorHost, type CursorStart, RingCursor } from "./ring-cursor.ts";
import type { Cursor, Revision, StoreEvent, WatchOptions } from "./store.ts";

/** Bounds of the ring, and how much a cursor behind it reads at a time. */
export interface EpochOptions {
  readonly ring: RingBounds;
  readonly replayEvents: number;
  /** After one to two of these periods events leave the ring, until it is no larger than this. */
  readonly ringPeriodMs: number;
  readonly ringRestBytes: number;
}

/** See the head of the file. `revision` and `compactedRevision` are the store's own. */
export class Epoch implements CursorHost {
  readonly ring: EventRing;
  readonly #channels: Channels;
  readonly #past: PastReader;
  readonly #env: Pick<Env, "log" | "clock">;
  readonly #options: EpochOptions;
  #revision: Revision;
  #compactedRevision: Revision;
  #broken: Error | undefined;
  /** The head when the ring was last looked at. */
  #aged: Revision;
  #ageTimer: Timer | undefined;

  constructor(
    env: Pick<Env, "log" | "clock">,
    past: PastReader,
    revision: Revision,
    compacted: Revision,
    options: EpochOptions,
  ) {
    this.#env = env;
    this.#past = past;
    this.#options = options;
    this.#revision = revision;
    this.#compactedRevision = compacted;
    this.#aged = revision;
    this.ring = new EventRing(revision, options.ring);
    this.#channels = new Channels(this.ring);
  }

  get revision(): Revision {
    return this.#revision;
  }

  get compactedRevision(): Revision {
    return this.#compactedRevision;
  }

  get broken(): Error | undefined {
    return this.#broken;
  }

  watch(options: WatchOptions): Cursor {
    this.#requireHistory(options.after);
    const { from, to, topic, after, recent = false } = options;
    if (recent) this.#requireRecent(after);
    const filter: Filter = topic === undefined ? { from, to } : { from, to, topic };
    return new RingCursor(this, this.#channels.join(filter), { after, recent });
  }

  replay(channel: Channel, { after, recent }: CursorStart): Replay {
    this.#requireHistory(after);
    if (recent) this.#requireRecent(after);
    return new Replay(this.#past, channel.filter, after, this.#options.replayEvents);
  }

  leave(channel: Channel): void {
    this.#channels.leave(channel);
  }

  /** Adds the events of one transaction. Nobody is woken before `wake`. */
  add(events: readonly StoreEvent[], revision: Revision): void {
    for (const event of events) {
      this.ring.push(event);
      this.#channels.add(event, this.ring.end - 1);
    }
    this.#revision = revision;
  }

  /** After a whole batch: keeps the bounds and wakes those whose events came, once answers are on their way. */
  published(): void {
    this.ring.trim();
    this.#armAge();
    this.#wake(this.#channels.takeWoken());
  }

  compact(revision: Revision): void {
    this.#compactedRevision = revision;
    this.ring.dropThrough(revision);
  }

  /** Ends every cursor with `error`. */
  end(error: Error): void {
    if (this.#broken !== undefined) return;
    this.#broken = error;
    this.#ageTimer?.cancel();
    this.#wake(this.#channels.takeAllWaiting());
  }

  /** Goes on while anything happens. */
  #age(): void {
    this.ring.shrink(this.#options.ringRestBytes, this.#aged);
    const isQuiet = this.#aged === this.#revision;
    this.#aged = this.#revision;
    this.#ageTimer = undefined;
    if (!isQuiet) this.#armAge();
  }

  #armAge(): void {
    this.#ageTimer ??= this.#env.clock.timer(this.#options.ringPeriodMs, () => this.#age()).unref();
  }

  #requireHistory(after: Revision): void {
    if (after >= this.#compactedRevision) return;
    throw new StoreError(
      "compacted",
      `Cannot read events after revision ${after}: compacted at ${this.#compactedRevision}`,
    );
  }

  #requireRecent(after: Revision): void {
    if (after >= this.ring.base) return;
    const detail = `only those after ${this.ring.base} are in memory`;
    throw new StoreError("compacted", `Cannot watch events after revision ${after}: ${detail}`);
  }

  #wake(wakes: readonly Wake[]): void {
    if (wakes.length === 0) return;
    void Promise.resolve().then(() => {
      for (const wake of wakes) this.#runWake(wake);
    });
  }

  #runWake(wake: Wake): void {
    try {
      wake();
    } catch (error) {
      this.#env.log.error("A watcher's wake failed", { error: String(error) });
    }
  }
}
