/** The simulated `Env` of one scope. */
import type { Clock, Crypto, Env, Log, Metrics, Program, Random, RootEnv, Tasks } from "../env.ts";
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
  readonly maxLatenessMs: number;
  /** A task of the scope's root group failed: a real process would exit. */
  hostFailed(scope: SimScope, error: unknown): void;
  readonly logSink: LogSink;
}

/** The `Env` of a host's root scope; its dispose is a graceful stop, after which the scope is gone. */
export function createSimRootEnv(parts: SimEnvParts, scope: SimScope): RootEnv {
  const env = new SimEnv(parts, scope);
  return Object.assign(env, {
    failed: env.group.failed,
    [Symbol.asyncDispose]: async () => {
      await env.group[Symbol.asyncDispose]();
      scope.die();
    },
  });
}

/** One scope's part of the world. */
export class SimEnv implements Env {
  readonly program: Program;
  readonly clock: Clock;
  readonly random: Random;
  readonly crypto: Crypto;
  readonly tasks: Tasks;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly #parts: SimEnvParts;
  readonly #scope: SimScope;
  /** What `tasks` starts work in. */
  readonly group: OwnedTaskGroup;

  constructor(parts: SimEnvParts, scope: SimScope, parent?: SimEnv) {
    this.#parts = parts;
    this.#scope = scope;
    this.random = new SeededRandom(parts.randomSource, scope.path);
    this.clock = new SimClock(parts.kernel, scope, {
      random: this.random.fork("(lateness)"),
      maxMs: parts.maxLatenessMs,
    });
    this.program = parent?.program ?? { startedMs: this.clock.now(), flags: {} };
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
    this.group = parent === undefined ? this.#rootGroup() : parent.group.linked(lastName(scope.path));
    this.tasks = this.group;
    scope.onDeath(() => this.group.abandon());
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
      if (this.#scope.alive) this.#parts.hostFailed(this.#scope, error);
    });
    return group;
  }
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
