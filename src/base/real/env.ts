/**
 * The real `Env`: the machine's clock, randomness and keys, logs on stderr, metrics in memory. `child()`
 * shares all but the name and the task group; a failure in a child's group is a failure of the root, which
 * the process's owner hears by `failed`.
 */
import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import type { Clock, Crypto, Env, Log, Metrics, Program, Random, RootEnv } from "../env.ts";
import { assert, messageOf } from "../errors.ts";
import { jsonLine, type LogLevel, type LogSink, NamedLog, textLine } from "../log.ts";
import { MetricsRegistry } from "../metrics.ts";
import { type RandomSource, SeededRandom } from "../random.ts";
import { OwnedTaskGroup } from "../task-group.ts";
import { RealClock } from "./clock.ts";
import { RealCrypto } from "./crypto.ts";

export interface RealEnvOptions {
  /** First part of the log names: `"navarch"`. */
  readonly name: string;
  /** Entries below are dropped. Default `"info"`. */
  readonly logLevel?: LogLevel;
  /** Default: `stderrSink("text")`. */
  readonly logSink?: LogSink;
  /** Of the command line. Default: none. */
  readonly flags?: Program["flags"];
}

/** Dispose aborts every task and waits for it. */
export function createRealEnv(options: RealEnvOptions): RootEnv {
  const { name, logLevel = "info", logSink = stderrSink("text"), flags = {} } = options;
  const clock = new RealClock();
  const makeLog = (path: string) => new NamedLog(path, logLevel, () => clock.now(), logSink);
  const rootLog = makeLog(name);
  const group = new OwnedTaskGroup(name, (task, error) => {
    rootLog.error("Task failed", { task, error: messageOf(error) });
  });
  const program = { startedMs: clock.now(), flags };
  const shared = { program, clock, crypto: new RealCrypto(), metrics: new MetricsRegistry(), makeLog };
  const env = new RealEnv(shared, name, { group });
  return Object.assign(env, {
    failed: group.failed,
    [Symbol.asyncDispose]: () => group[Symbol.asyncDispose](),
  });
}

/** Writes entries to stderr, a line each. A full or closed stderr loses lines and never stops the process. */
function stderrSink(format: "text" | "json"): LogSink {
  const line = format === "json" ? jsonLine : textLine;
  return (entry) => {
    try {
      writeSync(2, `${line(entry)}\n`);
    } catch {
      // EAGAIN of a full pipe or EPIPE of a closed one: a log line is not worth a cluster.
    }
  };
}

interface SharedParts {
  readonly program: Program;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly metrics: Metrics;
  makeLog(path: string): Log;
}

const fromSystem: RandomSource = { seed: () => randomBytes(16) };

/** A process may have thousands: what nobody asks of one is not made. */
class RealEnv implements Env {
  readonly #shared: SharedParts;
  readonly #name: string;
  readonly #parent: RealEnv | undefined;
  #group: OwnedTaskGroup | undefined;
  #log: Log | undefined;
  #random: Random | undefined;

  constructor(
    shared: SharedParts,
    name: string,
    { parent, group }: { readonly parent?: RealEnv; readonly group?: OwnedTaskGroup },
  ) {
    this.#shared = shared;
    this.#name = name;
    this.#parent = parent;
    this.#group = group;
  }

  get program(): Program {
    return this.#shared.program;
  }

  get clock(): Clock {
    return this.#shared.clock;
  }

  get crypto(): Crypto {
    return this.#shared.crypto;
  }

  get metrics(): Metrics {
    return this.#shared.metrics;
  }

  get log(): Log {
    return (this.#log ??= this.#shared.makeLog(this.#path));
  }

  get random(): Random {
    return (this.#random ??= new SeededRandom(fromSystem, this.#path));
  }

  get tasks(): OwnedTaskGroup {
    this.#group ??= this.#parent?.tasks.linked(this.#name);
    assert(this.#group !== undefined, "The root has a group");
    return this.#group;
  }

  child(name: string): Env {
    return new RealEnv(this.#shared, name, { parent: this });
  }

  get #path(): string {
    return this.#parent === undefined ? this.#name : `${this.#parent.#path}/${this.#name}`;
  }
}
