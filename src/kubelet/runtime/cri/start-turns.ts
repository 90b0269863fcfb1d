/**
 * Whose start comes next. Making pods is work for the processors (the runtime, network plug-ins, runc), and when all
 * begin at once, all are ready at the end. So only a few of these calls run at a time: those of pods that are
 * furthest on first, then in the order of asking. Who takes long waits for something else than a processor, as for
 * a slow network plug-in: after `patienceMs` the next begins beside it.
 */
import type { Env, Timer } from "#base";

/** How far a pod is when it makes the call. */
const startStages = ["sandbox", "create", "start"] as const;

export type StartStage = (typeof startStages)[number];

interface Waiting {
  readonly stage: number;
  begin(): void;
}

export interface StartTurnsOptions {
  /** Calls that run at a time. */
  readonly atOnce: number;
  readonly patienceMs: number;
}

/** `run` calls through it. */
export class StartTurns {
  readonly #env: Pick<Env, "clock">;
  readonly #patienceMs: number;
  readonly #waiting: Waiting[] = [];
  #free: number;

  constructor(env: Pick<Env, "clock">, { atOnce, patienceMs }: StartTurnsOptions) {
    this.#env = env;
    this.#patienceMs = patienceMs;
    this.#free = atOnce;
  }

  /** What `call` gives, when its turn has come. */
  async run<T>(stage: StartStage, call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#turn(startStages.indexOf(stage), signal);
    let timer: Timer | undefined = this.#env.clock.timer(this.#patienceMs, () => {
      timer = undefined;
      this.#leave();
    });
    try {
      return await call();
    } finally {
      if (timer !== undefined) this.#leave();
      timer?.cancel();
    }
  }

  async #turn(stage: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const one = { stage, begin: resolve };
    const after = this.#waiting.findIndex((other) => other.stage < stage);
    this.#waiting.splice(after < 0 ? this.#waiting.length : after, 0, one);
    const give = (): void => {
      const at = this.#waiting.indexOf(one);
      if (at >= 0) this.#waiting.splice(at, 1);
      reject(signal.reason);
    };
    signal.addEventListener("abort", give, { once: true });
    await promise.finally(() => signal.removeEventListener("abort", give));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next.begin();
  }
}
