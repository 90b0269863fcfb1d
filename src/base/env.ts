/**
 * `Env` is the outside world of a component: time, randomness, keys, background tasks, logs and metrics.
 * Everything that could make two runs of one seed differ enters here. `base/real` and
 * `base/sim` hold the twins; network, disk and child processes are separate `deps` (`network.ts`, `disk.ts`,
 * `processes.ts`), so that a component lists what it touches.
 */

/** Wall and monotonic time, and the only timers. All times are in milliseconds. */
export interface Clock {
  /** Whole milliseconds since the epoch; may jump. */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes back. May have a fraction. */
  monotonic(): number;
  /** Calls `fn` once after `delayMs`. */
  timer(delayMs: number, fn: () => void): Timer;
  /** Resolves after `delayMs`; rejects with the signal's reason when aborted. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
  /** Lets other work run (one turn of the event loop), to keep long work from holding it. */
  yield(): Promise<void>;
}

/** A pending call. `cancel()` is idempotent; `unref()` lets a real process exit before it is due. */
export interface Timer {
  cancel(): void;
  unref(): Timer;
}

/** Randomness for ids, jitter and choice; secrets come from `Crypto.randomBytes`. */
export interface Random {
  /**
   * An independent stream. Simulated draws depend only on the seed and the names from the root; fork by
   * part, not by object.
   */
  fork(name: string): Random;
  /** A float in [0, 1). */
  float(): number;
  /** An integer in [0, bound). */
  below(bound: number): number;
  /** A version 4 UUID. */
  uuid(): string;
  /** `length` characters of upstream's name alphabet (`bcdfghjklmnpqrstvwxz2456789`), as in `web-7k9qd`. */
  suffix(length: number): string;
}

/** Hashes, keys and signatures. The simulated twin draws keys from the seed and signs deterministically. */
export interface Crypto {
  randomBytes(size: number): Uint8Array;
  sha256(data: Uint8Array | string): Uint8Array;
  hmacSha256(key: Uint8Array, data: Uint8Array | string): Uint8Array;
  /** A P-256 key pair, PKCS#8 and SPKI in PEM. */
  generateKeyPair(): KeyPair;
  /** ES256 over `data`, in the fixed-length (r || s) form of JOSE. */
  sign(privateKeyPem: string, data: Uint8Array): Uint8Array;
  verify(publicKeyPem: string, data: Uint8Array, signature: Uint8Array): boolean;
}

export interface KeyPair {
  readonly privateKeyPem: string;
  readonly publicKeyPem: string;
}

/** Background work with an owner: nothing runs unless somebody can stop it and hears of its failure. */
export interface Tasks {
  /**
   * Starts `run`; its signal aborts when the group is disposed. A rejection other than abort is fatal to
   * the group.
   */
  spawn(name: string, run: (signal: AbortSignal) => Promise<void>): void;
  /**
   * A group that ends with this one, or earlier by its own dispose. Its failure is its owner's to hear
   * (`failed`).
   */
  group(name: string): TaskGroup;
}

export interface TaskGroup extends Tasks, AsyncDisposable {
  readonly signal: AbortSignal;
  /** Rejects with the first failure of a task; pending while all is well; resolves on dispose. */
  readonly failed: Promise<void>;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Structured log. The message is a sentence without values; values go to `fields`. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields & { readonly error?: string }): void;
}

/**
 * A registry of series, rendered in Prometheus text format by `render()`. Asking twice for a name gives the
 * same metric.
 */
export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  gauge(name: string, help: string, labels?: readonly string[]): Gauge;
  histogram(name: string, help: string, buckets: readonly number[], labels?: readonly string[]): Histogram;
  render(): string;
}

export interface Counter {
  inc(amount?: number, ...labelValues: readonly string[]): void;
}
export interface Gauge {
  set(value: number, ...labelValues: readonly string[]): void;
  add(amount: number, ...labelValues: readonly string[]): void;
}
export interface Histogram {
  observe(value: number, ...labelValues: readonly string[]): void;
}

/** The program as the components in it tell of it. */
export interface Program {
  /** Since when it runs, in milliseconds since the epoch. */
  readonly startedMs: number;
  /** What it was told on its command line, by the names of the flags. None without a command line. */
  readonly flags: Readonly<Record<string, string>>;
}

export interface Env {
  readonly program: Program;
  readonly clock: Clock;
  readonly random: Random;
  readonly crypto: Crypto;
  readonly tasks: Tasks;
  readonly log: Log;
  readonly metrics: Metrics;
  /**
   * The same world for a named part that lives as long as this one: its own random stream, log name and
   * task group, whose failure is this one's. Work that ends earlier belongs in a `tasks.group`.
   */
  child(name: string): Env;
}

/** The first `Env` of a process: whoever made it stops its tasks and hears of their failures. */
export interface RootEnv extends Env, AsyncDisposable {
  /** Rejects with the first failure of a task of this `Env` or of a child; resolves on dispose. */
  readonly failed: Promise<void>;
}
