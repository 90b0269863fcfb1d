/**
 * What pods take of disks: their volumes and logs, as `du` counts them in a process of its own, at most once a minute.
 * Memory volumes, and volumes that are the node's own directories, are not the pod's.
 */
import { readdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Pod } from "#api";
import { type Env, type Processes, runToEnd } from "#base";
import type { FileSystemState } from "../../eviction/node-usage.ts";
import { podLogDirectory } from "../../pod/config/sandbox-config.ts";
import { storageKeptMs } from "../limits.ts";
import type { DiskUse, PodStorage } from "./node-measures.ts";

/** Where things are. */
export interface StorageReadingsOptions {
  readonly rootDirectory: string;
  readonly podLogsDirectory: string;
  readonly searchPath: string;
}

/** A directory that counts, and as what. */
interface Place {
  readonly uid: string;
  readonly kind: keyof PodStorage;
  readonly name: string;
  readonly path: string;
}

const maxOutputBytes = 4_000_000;

/** Those who ask at the same time share one walk. */
export class StorageReadings {
  readonly #clock: Env["clock"];
  readonly #processes: Processes;
  readonly #options: StorageReadingsOptions;
  #last: { readonly atMs: number; readonly reading: Promise<ReadonlyMap<string, PodStorage>> } | undefined;

  constructor(
    env: Pick<Env, "clock">,
    deps: { readonly processes: Processes },
    options: StorageReadingsOptions,
  ) {
    this.#clock = env.clock;
    this.#processes = deps.processes;
    this.#options = options;
  }

  read(pods: readonly Pod[], signal: AbortSignal): Promise<ReadonlyMap<string, PodStorage>> {
    const atMs = this.#clock.monotonic();
    if (this.#last === undefined || atMs - this.#last.atMs >= storageKeptMs) {
      const reading = this.#walk(pods, signal);
      this.#last = { atMs, reading };
      reading.catch(() => {
        this.#last = undefined;
      });
    }
    return this.#last.reading;
  }

  async #walk(pods: readonly Pod[], signal: AbortSignal): Promise<ReadonlyMap<string, PodStorage>> {
    const places = (await Promise.all(pods.map((pod) => this.#places(pod)))).flat();
    const paths = places.map(({ path }) => path);
    const [bytes, inodes] = await Promise.all([
      this.#du("--block-size=1", paths, signal),
      this.#du("--inodes", paths, signal),
    ]);
    const result = new Map<string, { volumes: Map<string, DiskUse>; logs: Map<string, DiskUse> }>();
    for (const { uid, kind, name, path } of places) {
      const fs = await fileSystem(path);
      const usedBytes = bytes.get(path);
      if (fs === undefined || usedBytes === undefined) continue;
      const own = result.get(uid) ?? { volumes: new Map(), logs: new Map() };
      own[kind].set(name, { usedBytes, inodesUsed: inodes.get(path) ?? 0, fs });
      result.set(uid, own);
    }
    return result;
  }

  /** `pods/<uid>/volumes/kubernetes.io~empty-dir/<name>`, and a directory of logs for each container. */
  async #places(pod: Pod): Promise<readonly Place[]> {
    const { uid = "" } = pod.metadata;
    const volumes = join(this.#options.rootDirectory, "pods", uid, "volumes");
    const logs = podLogDirectory(pod, { logDirectory: this.#options.podLogsDirectory });
    const kinds = await namesIn(volumes);
    const found = await Promise.all(
      [...kinds.map((kind) => join(volumes, kind)), logs].map(async (folder): Promise<readonly Place[]> => {
        const kind = folder === logs ? "logs" : "volumes";
        return (await namesIn(folder)).map((name) => ({ uid, kind, name, path: join(folder, name) }));
      }),
    );
    return found.flat();
  }

  /** By path; what is gone is absent. */
  async #du(
    unit: string,
    paths: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, number>> {
    if (paths.length === 0) return new Map();
    const command = {
      program: "du",
      arguments: ["--summarize", "--one-file-system", unit, "--", ...paths],
      environment: { PATH: this.#options.searchPath },
    };
    const { output } = await runToEnd(this.#processes, command, { maxOutputBytes }, signal);
    const lines = Buffer.from(output).toString("utf8").split("\n");
    return new Map(
      lines.flatMap((line): [string, number][] => {
        const tab = line.indexOf("\t");
        return tab < 0 ? [] : [[line.slice(tab + 1), Number(line.slice(0, tab))]];
      }),
    );
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((one) => one.isDirectory()).map(({ name }) => name);
}

async function fileSystem(path: string): Promise<FileSystemState | undefined> {
  const found = await statfs(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const { bsize, bavail, blocks, ffree, files } = found;
  return { availableBytes: bavail * bsize, capacityBytes: blocks * bsize, inodesFree: ffree, inodes: files };
}
