/**
 * Runs one step again and again, as long as somebody asks for it: never two at a time, none when nobody
 * asks, and again after a wait when one failed. Between steps it holds no task, and at most one timer.
 */
import { type Env, isAbort, type TaskGroup, type Timer } from "#base";
import { maxStepsInARow, stepBackOff } from "./limits.ts";

/** The work, and what its owner wants to hear. */
export interface StepLoopDeps {
  step(signal: AbortSignal): Promise<void>;
  /** A step failed; the next is in `waitMs`. */
  failed(error: unknown, waitMs: number): void;
  /** Nobody asks any more, for now. */
  rested(): void;
  /** A timer is due: called before the step that it asks for. */
  woken(): void;
}

/** `poke` asks for a step; dispose ends the one under way. */
export class StepLoop implements AsyncDisposable {
  readonly #env: Env;
  readonly #deps: StepLoopDeps;
  readonly #tasks: TaskGroup;
  #asked = false;
  #running = false;
  #failures = 0;
  #timer: Timer | undefined;
  /** Of the step under way. */
  #step: AbortController | undefined;

  constructor(env: Env, deps: StepLoopDeps, name: string) {
    this.#env = env;
    this.#deps = deps;
    this.#tasks = env.tasks.group(name);
  }

  /** Asks for a step: now, or after the one under way. */
  poke(): void {
    this.#asked = true;
    if (this.#running || this.#tasks.signal.aborted) return;
    this.#running = true;
    this.#tasks.spawn("steps", (signal) => this.#run(signal));
  }

  /** Breaks off the step under way. */
  interrupt(): void {
    this.#step?.abort(new DOMException("The step is overtaken", "AbortError"));
  }

  /** Asks for a step after a while; the last such wish holds, until the next step. */
  wakeIn(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#env.clock
      .timer(delayMs, () => {
        this.#deps.woken();
        this.poke();
      })
      .unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel();
    await this.#tasks[Symbol.asyncDispose]();
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (let steps = 1; this.#asked && !signal.aborted; steps += 1) {
      this.#asked = false;
      this.#timer?.cancel();
      this.#step = new AbortController();
      const { signal: ofStep } = this.#step;
      if (steps % maxStepsInARow === 0) await this.#env.clock.yield();
      await this.#once(AbortSignal.any([signal, ofStep]));
    }
    this.#step = undefined;
    this.#running = false;
    if (!signal.aborted) this.#deps.rested();
  }

  async #once(signal: AbortSignal): Promise<void> {
    try {
      await this.#deps.step(signal);
      this.#failures = 0;
    } catch (error) {
      if (signal.aborted && isAbort(error)) return;
      const waitMs = Math.min(stepBackOff.maxMs, stepBackOff.firstMs * 2 ** this.#failures);
      this.#failures += 1;
      this.#deps.failed(error, waitMs);
      this.wakeIn(waitMs);
    }
  }
}
