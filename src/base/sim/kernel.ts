/**
 * The heart of a simulated world: virtual time and one event at a time. A turn is one event and all the
 * microtasks that follow from it:
 *
 *   slot: turn 1, microtasks | slot: turn 2, microtasks | ... | last slot: look around, queue the next slots
 *
 * Slots are real immediates; Node drains ticks and microtasks between two of them and runs nothing else, so
 * foreign code never sees `inTurn`. Code that waits for anything real (a dynamic import, a file) would
 * resume in an arbitrary turn: do such things before the drive.
 */
import { assert } from "../errors.ts";
import { maxSimEventsPerDrive } from "../limits.ts";
import { EventQueue, type SimEvent } from "./event-queue.ts";
import { FaultCounters } from "./faults.ts";
import { SimError } from "./sim-error.ts";
import { TraceDigest } from "./trace-digest.ts";

/** Why a drive ended: its condition came true, the time was up, or nothing was left to do. */
export type DriveEnd = "done" | "time" | "empty";

const queueSlot = setImmediate;
const slotsPerLap = 64;

export class SimKernel {
  readonly digest = new TraceDigest();
  readonly faults = new FaultCounters();
  readonly #queue = new EventQueue();
  #nowMs: number;
  #inTurn = false;
  #driving = false;
  #events = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  /**
   * True time, in milliseconds since the epoch: what a host's clock shows when it is neither skewed nor
   * jumped.
   */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Events run so far. */
  get events(): number {
    return this.#events;
  }

  /** Whether simulated code is on the stack. */
  get inTurn(): boolean {
    return this.#inTurn;
  }

  /** `label` names the event in the digest; `owner` can take all its events back (`cancelOwned`). */
  schedule(delayMs: number, label: string, run: () => void, owner?: object): SimEvent {
    return this.#queue.add(this.#nowMs + Math.max(0, delayMs), label, run, owner);
  }

  cancel(event: SimEvent): void {
    this.#queue.cancel(event);
  }

  cancelOwned(owner: object): void {
    this.#queue.cancelOwned(owner);
  }

  /** Ends the drive with `error`: a failure that a real process would die of. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Runs events until `done()` is true after a turn, or the next event lies beyond `untilMs`. */
  drive(done: () => boolean, untilMs: number): Promise<DriveEnd> {
    assert(!this.#driving, "A simulated world is driven by one caller at a time, and never from within");
    this.#driving = true;
    const maxEvents = this.#events + maxSimEventsPerDrive;
    return new Promise<DriveEnd>((resolve, reject) => {
      let over = false;
      const slot = (last: boolean) => {
        this.#inTurn = false;
        if (over) return;
        try {
          const end = this.#end(done, untilMs, maxEvents);
          if (end === undefined && !last) return this.#turn();
          if (end === undefined) return queueLap();
          over = true;
          this.#driving = false;
          resolve(end);
        } catch (error) {
          over = true;
          this.#driving = false;
          reject(error);
        }
      };
      const queueLap = () => {
        for (let index = 0; index < slotsPerLap; index++) queueSlot(slot, index === slotsPerLap - 1);
      };
      queueLap();
    });
  }

  #end(done: () => boolean, untilMs: number, maxEvents: number): DriveEnd | undefined {
    const failure = this.#failure;
    if (failure !== undefined) {
      this.#failure = undefined;
      throw failure.error;
    }
    if (done()) return "done";
    const nextMs = this.#queue.nextTimeMs();
    if (nextMs === undefined || nextMs > untilMs) {
      if (untilMs !== Number.POSITIVE_INFINITY) this.#nowMs = Math.max(this.#nowMs, untilMs);
      return nextMs === undefined ? "empty" : "time";
    }
    if (this.#events >= maxEvents) {
      throw new SimError(
        "runaway",
        `Cannot drive the simulated world: more than ${maxSimEventsPerDrive} events`,
      );
    }
    return undefined;
  }

  #turn(): void {
    const event = this.#queue.take();
    if (event === undefined) return;
    this.#events++;
    this.#nowMs = event.timeMs;
    this.digest.label(event.label);
    this.digest.number(event.timeMs);
    this.#inTurn = true;
    try {
      event.run();
    } catch (error) {
      this.fail(error);
    }
  }
}
