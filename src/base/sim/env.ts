/** The simulated `Env` of one scope. */
import type { Clock, Crypto, Env, Log, Metrics, Random, Tasks } from "../env.ts";
import { messageOf } from "../errors.ts";
import { type LogLevel, type LogSink, NamedLog } from "../log.ts";
import { MetricsRegistry } from "../metrics.ts";
import { type RandomSource, SeededRandom } from "../random.ts";
import { OwnedTaskGroup } from "../task-group.ts";
import { SimClock } from "./clock.ts";
import { SimCrypto } from "./crypto.ts";
import type { SimKernel } from "./kernel.ts";
import type { SimScope } from "./scope.ts";

/** What the environments of one world share. */
export interface SimEnvParts {
  readonly kernel: SimKernel;
  readonly randomSource: RandomSource;
  readonly logLevel: LogLevel;
  readonly logSink: LogSink;
}

export class SimEnv implements Env {
  readonly clock: Clock;
  readonly random: Random;
  readonly crypto: Crypto;
  readonly tasks: Tasks;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly #parts: SimEnvParts;
  readonly #scope: SimScope;
  readonly #group: OwnedTaskGroup;

  constructor(parts: SimEnvParts, scope: SimScope, parent?: SimEnv) {
    this.#parts = parts;
    this.#scope = scope;
    this.clock = new SimClock(parts.kernel, scope);
    this.random = new SeededRandom(parts.randomSource, scope.path);
    this.crypto = new SimCrypto(this.random.fork("crypto"));
    this.log = new NamedLog(
      scope.path,
      parts.logLevel,
      () => this.clock.now(),
      (entry) => {
        if (scope.alive) parts.logSink(entry);
      },
    );
    this.metrics = parent?.metrics ?? new MetricsRegistry();
    this.#group = parent === undefined ? this.#rootGroup() : parent.#group.linked(lastName(scope.path));
    this.tasks = this.#group;
  }

  /** The scope that it belongs to: the seams ask it who speaks. */
  get scope(): SimScope {
    return this.#scope;
  }

  child(name: string): Env {
    return new SimEnv(this.#parts, this.#scope.child(name), this);
  }

  #rootGroup(): OwnedTaskGroup {
    const group = new OwnedTaskGroup(this.#scope.path, (task, error) => {
      this.log.error("Task failed", { task, error: messageOf(error) });
    });
    group.failed.catch((error: unknown) => {
      if (this.#scope.alive) this.#parts.kernel.fail(error);
    });
    return group;
  }
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
