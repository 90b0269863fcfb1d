/**
 * `startCluster()`: a whole cluster in this process, for tests and tools.
 *
 *   await using cluster = await startCluster();
 *   const pods = cluster.client().of(pods) ...
 *
 * In memory unless it gets a folder, without a socket unless it is asked to listen, in real time unless it gets a seed.
 */
import { makeFolder, type RootEnv } from "#base";
import { FileSystemDisk } from "#base/real";
import { MemoryJournal, SqliteJournal } from "#store";
import { join } from "node:path";
import { Cluster } from "./cluster.ts";
import type { ClusterParts } from "./cluster-config.ts";
import { configOf, envOf, type LibraryOptions } from "./library-options.ts";
import { MemoryDisk } from "./memory-disk.ts";

export interface StartClusterOptions extends LibraryOptions {
  /** Where state and certificates live. Default: nowhere; the cluster is gone with the process. */
  readonly dataDir?: string;
}

/** Resolves when the cluster answers and its nodes are registered. Rejects with `TypeError` for options that there are not. */
export async function startCluster(
  options: StartClusterOptions = {},
  signal: AbortSignal = neverAborted,
): Promise<Cluster> {
  const { dataDir, ...others } = options;
  const { name = "navarch" } = options;
  const config = configOf(others, { name, controllers: true, scheduler: true, virtualNodes: 1 });
  return Cluster.start(partsOf(envOf(options, name), dataDir), config, signal);
}

const neverAborted = new AbortController().signal;

function partsOf(env: RootEnv, dataDir: string | undefined): ClusterParts {
  if (dataDir === undefined) return { env, journal: new MemoryJournal(), disk: new MemoryDisk() };
  makeFolder(dataDir, 0o700);
  return {
    env,
    journal: new SqliteJournal({ path: join(dataDir, "state.db") }),
    disk: new FileSystemDisk(dataDir),
  };
}
