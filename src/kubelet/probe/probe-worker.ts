/**
 * One probe of one container instance: asks every period, and changes its result when the last answers in a
 * row reach the threshold. A failed startup or liveness probe stops asking: the container will be killed.
 *
 * A container that has just started often comes up a moment after its first answer. So in its first period it is asked
 * again in between, where upstream waits for the whole of it: only a success counts then, and only that is told.
 *
 *   ask ..0.1.. ask ..0.2.. ask ..0.4.. ask ........ ask      periodSeconds: 1; the first and the last count
 */
import type { Probe } from "#api";
import { type Env, isAbort, messageOf, type Timer } from "#base";
import { firstAskAgainMs, probeGridMs } from "../limits.ts";
import type { ProbeAnswer } from "./prober.ts";
import type { ProbeOutcome } from "./results.ts";

export type ProbeKind = "startup" | "liveness" | "readiness";

/** Which probe, since when. */
export interface ProbeWorkerOptions {
  readonly kind: ProbeKind;
  readonly probe: Probe;
  readonly startedAtMs: number;
  /** The result to begin with, for a container that an earlier kubelet watched. */
  readonly initial: ProbeOutcome | undefined;
}

/** The question, and who hears the answers. */
export interface ProbeWorkerDeps {
  ask(signal: AbortSignal): Promise<ProbeAnswer>;
  /** Each failed answer, for events. */
  unwell(answer: ProbeAnswer): void;
  /** The result changed. */
  changed(): void;
}

/** Asks from `start` to `stop`. */
export class ProbeWorker {
  readonly kind: ProbeKind;
  readonly #env: Env;
  readonly #deps: ProbeWorkerDeps;
  readonly #options: ProbeWorkerOptions;
  readonly #abort = new AbortController();
  #timer: Timer | undefined;
  #result: ProbeOutcome | undefined;
  #last: ProbeOutcome | undefined;
  #inARow = 0;
  /** When the next answer counts, whatever it is. */
  #dueMs = 0;
  /** Until the next ask in between; undefined: there is none. */
  #soonMs: number | undefined;

  constructor(env: Env, deps: ProbeWorkerDeps, options: ProbeWorkerOptions) {
    this.#env = env;
    this.#deps = deps;
    this.#options = options;
    this.kind = options.kind;
    this.#result = options.initial;
    if (options.kind !== "liveness" && options.initial === undefined) this.#soonMs = firstAskAgainMs;
  }

  get result(): ProbeOutcome | undefined {
    return this.#result;
  }

  start(): void {
    const { startedAtMs, probe } = this.#options;
    // A container that is yet to start, by a clock that was set back, has just started.
    const runsMs = Math.max(0, this.#env.clock.now() - startedAtMs);
    this.#wait(Math.max(0, (probe.initialDelaySeconds ?? 0) * 1000 - runsMs));
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#abort.abort();
  }

  #wait(delayMs: number): void {
    this.#timer = this.#env.clock.timer(delayMs, () => void this.#tick()).unref();
  }

  async #tick(): Promise<void> {
    const { clock, log } = this.#env;
    // A timer may be early by less than a millisecond.
    const counts = clock.monotonic() + 1 > this.#dueMs;
    if (counts && this.#dueMs > 0) this.#soonMs = undefined;
    if (counts) this.#dueMs = onGrid(clock.monotonic() + (this.#options.probe.periodSeconds ?? 10) * 1000);
    try {
      const answer = await this.#deps.ask(this.#abort.signal);
      if (this.#abort.signal.aborted) return;
      if (answer.outcome === "success") this.#soonMs = undefined;
      if ((counts || answer.outcome === "success") && this.#take(answer)) return;
    } catch (error) {
      if (this.#abort.signal.aborted || isAbort(error)) return;
      log.warn("Probe could not be run", { kind: this.kind, error: messageOf(error) });
    }
    const leftMs = Math.max(0, this.#dueMs - clock.monotonic());
    this.#wait(Math.min(this.#soonMs ?? leftMs, leftMs));
    if (this.#soonMs !== undefined) this.#soonMs *= 2;
  }

  /** Counts an answer; true when there is nothing more to ask. */
  #take(answer: ProbeAnswer): boolean {
    if (answer.outcome !== "success") this.#deps.unwell(answer);
    if (answer.outcome === "unknown") return false;
    const { successThreshold = 1, failureThreshold = 3 } = this.#options.probe;
    this.#inARow = answer.outcome === this.#last ? this.#inARow + 1 : 1;
    this.#last = answer.outcome;
    if (this.#inARow < (answer.outcome === "success" ? successThreshold : failureThreshold)) return false;
    const changed = this.#result !== answer.outcome;
    this.#result = answer.outcome;
    if (changed) this.#deps.changed();
    if (this.kind === "startup") return true;
    return this.kind === "liveness" && answer.outcome === "failure";
  }
}

/** Periods are whole seconds: so from the second ask on, probes of all pods meet at a few moments of each. */
function onGrid(ms: number): number {
  return Math.round(ms / probeGridMs) * probeGridMs;
}
