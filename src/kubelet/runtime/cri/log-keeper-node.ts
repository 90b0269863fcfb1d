/**
 * Keeps the logs of running containers small: one that has grown too large is renamed, and the runtime begins another.
 * Source: upstream's containerLogMaxSize and containerLogMaxFiles.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Env, messageOf } from "#base";
import { logKeeping } from "./limits.ts";
import { planRotation, rotationStamp } from "./log-rotation.ts";

/** A log that is being written. */
export interface OpenLog {
  readonly containerId: string;
  readonly path: string;
}

/** What keeping stands on. */
export interface LogKeeperDeps {
  /** The logs of running containers. */
  openLogs(signal: AbortSignal): Promise<readonly OpenLog[]>;
  /** Makes the runtime open the log's path anew. */
  reopen(containerId: string, signal: AbortSignal): Promise<void>;
}

/** Bounds of a container's logs. */
export interface LogKeeperOptions {
  /** Default 10 MiB. */
  readonly maxSizeBytes?: number;
  /** The current one included; at least 2. Default 5. */
  readonly maxFiles?: number;
  /** How often logs are looked at. Default 10 s. */
  readonly lookMs?: number;
}

/** Its owner runs `run`. */
export class LogKeeper {
  readonly #env: Env;
  readonly #deps: LogKeeperDeps;
  readonly #maxSizeBytes: number;
  readonly #maxFiles: number;
  readonly #lookMs: number;

  constructor(env: Env, deps: LogKeeperDeps, options: LogKeeperOptions = {}) {
    this.#env = env;
    this.#deps = deps;
    this.#maxSizeBytes = options.maxSizeBytes ?? logKeeping.maxSizeBytes;
    this.#maxFiles = options.maxFiles ?? logKeeping.maxFiles;
    this.#lookMs = options.lookMs ?? logKeeping.lookMs;
  }

  /** Looks now and then, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#env.clock.sleep(this.#lookMs, signal);
      try {
        for (const log of await this.#deps.openLogs(signal)) await this.look(log, signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#env.log.warn("Cannot look after the containers' logs", { error: messageOf(error) });
      }
    }
  }

  /** Rotates one log if it is too large. */
  async look({ containerId, path }: OpenLog, signal: AbortSignal): Promise<void> {
    try {
      const found = await stat(path).catch(() => undefined);
      // Gone between a rename and the runtime's new file, in an earlier life.
      if (found === undefined) await this.#deps.reopen(containerId, signal);
      else if (found.size >= this.#maxSizeBytes) await this.#rotate(containerId, path, signal);
    } catch (error) {
      signal.throwIfAborted();
      this.#env.log.warn("Cannot rotate a log", { path, error: messageOf(error) });
    }
  }

  async #rotate(containerId: string, path: string, signal: AbortSignal): Promise<void> {
    const directory = dirname(path);
    const { remove, compress } = planRotation(basename(path), await readdir(directory), this.#maxFiles);
    for (const name of remove) await rm(join(directory, name), { force: true });
    for (const name of compress) await compressed(join(directory, name), signal);
    const rotated = `${path}.${rotationStamp(this.#env.clock.now())}`;
    await rename(path, rotated);
    try {
      await this.#deps.reopen(containerId, signal);
    } catch (error) {
      // The runtime goes on in the renamed file: it gets its name back, for the next try.
      await rename(rotated, path);
      throw error;
    }
  }
}

/** A compressed file has its name only when it is whole. */
async function compressed(path: string, signal: AbortSignal): Promise<void> {
  const draft = `${path}.tmp`;
  await pipeline(createReadStream(path), createGzip(), createWriteStream(draft, { mode: 0o640 }), { signal });
  await rename(draft, `${path}.gz`);
  await rm(path, { force: true });
}
