/**
 * A simulated world: hosts in virtual time, from a seed. All that happens in it happens in the order of one
 * event queue, so a seed replays it exactly; `digest` tells whether it did.
 *
 *   const world = new SimWorld("seed 7");
 *   const env = world.env("n1");
 *   await world.run(async () => { await env.clock.sleep(3_600_000); });   // takes no real time
 */
import { sha256 } from "../digests.ts";
import type { RootEnv } from "../env.ts";
import { assert } from "../errors.ts";
import { maxSimLogEntries } from "../limits.ts";
import { type LogEntry, type LogLevel, type LogSink, textLine } from "../log.ts";
import { SeededRandom } from "../random.ts";
import { SimDisks } from "./disk.ts";
import { createSimRootEnv } from "./env.ts";
import type { FaultCounters } from "./faults.ts";
import { type DriveEnd, SimKernel } from "./kernel.ts";
import { SimNetworks } from "./network.ts";
import { SimPrograms } from "./processes.ts";
import { SimHost, type SimScope } from "./scope.ts";
import { SimError } from "./sim-error.ts";

/** How a world starts and who listens to it. */
export interface SimWorldOptions {
  /** True time at the start, in milliseconds since the epoch. Default 2026-01-01T00:00:00Z. */
  readonly startMs?: number;
  /**
   * Timers fire up to this much late, each by a drawn time, in milliseconds. Default 0: exactly, in the
   * order of asking.
   */
  readonly maxLatenessMs?: number;
  /**
   * Called when a task without an owner failed on a host, which is then down, as a process that exits.
   * Default: the drive ends with the error.
   */
  readonly onHostFailure?: (host: string, error: unknown) => void;
  /** Entries below are dropped. Default `"info"`. */
  readonly logLevel?: LogLevel;
  /** Hears of each entry beside the world's own record. */
  readonly logSink?: LogSink;
}

const defaultStartMs = 1_767_225_600_000;
const defaultRunMs = 24 * 3_600_000;

/** Hosts, time and chance, from a seed. */
export class SimWorld {
  readonly seed: string;
  /** A stream of the world itself, for choosing faults and loads. */
  readonly random: SeededRandom;
  /** The network between the hosts, with its faults: `world.network.of(env)`. */
  readonly network: SimNetworks;
  /** The disks of the hosts, with their faults: `world.disks.of(env)`. */
  readonly disks: SimDisks;
  /** What can be run on the hosts: `world.programs.of(env)`. */
  readonly programs: SimPrograms;
  readonly #kernel: SimKernel;
  readonly #hosts = new Map<string, SimHost>();
  readonly #envs = new WeakMap<SimScope, RootEnv>();
  readonly #options: SimWorldOptions;
  readonly #logEntries: LogEntry[] = [];
  readonly #randomSource;

  constructor(seed: string | number, options: SimWorldOptions = {}) {
    this.seed = String(seed);
    this.#options = options;
    this.#kernel = new SimKernel(options.startMs ?? defaultStartMs);
    this.#randomSource = {
      seed: (path: string) => sha256(`${this.seed}\0${path}`),
      drawn: (path: string, value: number) => {
        this.#kernel.digest.label(path);
        this.#kernel.digest.number(value);
      },
    };
    this.random = new SeededRandom(this.#randomSource, "(world)");
    this.network = new SimNetworks(this.#kernel, new SeededRandom(this.#randomSource, "(network)"));
    this.disks = new SimDisks(this.#kernel, new SeededRandom(this.#randomSource, "(disk)"));
    this.programs = new SimPrograms(this.#kernel);
  }

  /** True time, in milliseconds since the epoch. */
  get nowMs(): number {
    return this.#kernel.nowMs;
  }

  /** Equal for two runs when they drew, fired and delivered the same in the same order. */
  get digest(): string {
    return this.#kernel.digest.toString();
  }

  /** Events run so far. */
  get events(): number {
    return this.#kernel.events;
  }

  /** Whether simulated code is on the stack. */
  get inTurn(): boolean {
    return this.#kernel.inTurn;
  }

  get faults(): FaultCounters {
    return this.#kernel.faults;
  }

  /**
   * The host of that name, booted when it is new, has crashed or has been disposed of. Dispose it within
   * `run`: it stops its tasks as a process does on SIGTERM, which may take time.
   */
  env(name: string): RootEnv {
    assert(!name.includes("/"), `Host name "${name}" must not contain "/": ask its Env for children`);
    const host = this.#host(name);
    const scope = host.root ?? host.boot(this.#kernel);
    let env = this.#envs.get(scope);
    if (env === undefined) {
      env = createSimRootEnv(
        {
          kernel: this.#kernel,
          randomSource: this.#randomSource,
          logLevel: this.#options.logLevel ?? "info",
          hostFailed: (failed, error) => this.#hostFailed(failed, error),
          maxLatenessMs: this.#options.maxLatenessMs ?? 0,
          logSink: (entry) => this.#record(entry),
        },
        scope,
      );
      this.#envs.set(scope, env);
    }
    return env;
  }

  /**
   * Crashes a host (`"n1"`) or a part of one (`"n1/kubelet"`): its timers, tasks and connections end
   * without a word. Returns false when nothing of that name was alive. Drop what ran there without
   * disposing it: its tasks never settle.
   */
  crash(part: string): boolean {
    const root = this.#hosts.get(part.split("/", 1)[0] ?? part)?.root;
    const scopes = root === undefined ? [] : [...root.at(part)];
    if (scopes.length === 0) return false;
    this.#kernel.faults.count("crash");
    this.#kernel.digest.label(`crash ${part}`);
    for (const scope of scopes) scope.die();
    return true;
  }

  /** Crashes a host, and its disk loses what was not synced. */
  powerCut(host: string): void {
    this.crash(host);
    this.disks.cutPower(host);
  }

  /** Moves a host's wall clock by `byMs`, forwards or back; its timers and monotonic clock stay true. */
  jumpClock(host: string, byMs: number): void {
    this.#host(host).clockOffsetMs += byMs;
    this.#kernel.faults.count("clockJump");
  }

  /** Sets how far a host's wall clock is from true time. */
  skewClock(host: string, offsetMs: number): void {
    this.#host(host).clockOffsetMs = offsetMs;
    this.#kernel.faults.count("clockSkew");
  }

  /** Runs `fn` in the world until it settles. Rejects with its error, or with `stalled` or `timeout`. */
  async run<T>(fn: () => Promise<T>, maxVirtualMs = defaultRunMs): Promise<T> {
    let outcome: { readonly value: T } | { readonly error: unknown } | undefined;
    this.#kernel.schedule(0, "run", () => {
      fn().then(
        (value) => {
          outcome = { value };
        },
        (error: unknown) => {
          outcome = { error };
        },
      );
    });
    const end = await this.#kernel.drive(() => outcome !== undefined, this.nowMs + maxVirtualMs);
    if (outcome === undefined) throw this.#notDone("run", end, maxVirtualMs);
    const settled: { readonly value: T } | { readonly error: unknown } = outcome;
    if ("error" in settled) throw settled.error;
    return settled.value;
  }

  /** Runs events until `predicate()` holds after one. Rejects with `stalled` or `timeout`. */
  async runUntil(predicate: () => boolean, maxVirtualMs: number): Promise<void> {
    const end = await this.#kernel.drive(predicate, this.nowMs + maxVirtualMs);
    if (end !== "done") throw this.#notDone("run until the condition", end, maxVirtualMs);
  }

  /** Lets `ms` of virtual time pass. */
  async advance(ms: number): Promise<void> {
    await this.#kernel.drive(() => false, this.nowMs + ms);
  }

  /** The last entries of all hosts, in the order in which they were written. */
  get log(): readonly LogEntry[] {
    return this.#logEntries;
  }

  #hostFailed(scope: SimScope, error: unknown): void {
    const { onHostFailure } = this.#options;
    if (onHostFailure === undefined) return this.#kernel.fail(error);
    scope.die();
    onHostFailure(scope.host.name, error);
  }

  #host(name: string): SimHost {
    let host = this.#hosts.get(name);
    if (host === undefined) {
      host = new SimHost(name);
      this.#hosts.set(name, host);
    }
    return host;
  }

  #record(entry: LogEntry): void {
    if (this.#logEntries.length >= maxSimLogEntries) this.#logEntries.splice(0, maxSimLogEntries / 2);
    this.#logEntries.push(entry);
    this.#kernel.digest.text(entry.message);
    this.#options.logSink?.(entry);
  }

  #notDone(action: string, end: DriveEnd, maxVirtualMs: number): SimError {
    const why = end === "empty" ? "nothing is pending" : `${maxVirtualMs} ms of virtual time have passed`;
    const last = this.#logEntries.slice(-5).map((entry) => `\n  ${textLine(entry)}`);
    return new SimError(
      end === "empty" ? "stalled" : "timeout",
      `Cannot ${action} in world "${this.seed}": ${why}; last words:${last.join("") || " none"}`,
    );
  }
}
