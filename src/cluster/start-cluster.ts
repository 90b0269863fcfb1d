/**
 * `startCluster()`: a whole cluster in this process, for tests and tools.
 *
 *   await using cluster = await startCluster();
 *   const pods = cluster.client().of(pods) ...
 *
 * In memory unless it gets a folder, without a socket unless it is asked to listen, in real time unless it gets a seed.
 */
import type { RootEnv } from "#base";
import { createRealEnv, FileSystemDisk } from "#base/real";
import { SimWorld } from "#base/sim";
import { MemoryJournal, SqliteJournal } from "#store";
import { join } from "node:path";
import { Cluster, type ClusterConfig, type ClusterParts } from "./cluster.ts";
import type { ListenAddress } from "./cluster-options.ts";
import { MemoryDisk } from "./memory-disk.ts";

export interface StartClusterOptions {
  /** Default `navarch`. */
  readonly name?: string;
  /** Where state and certificates live. Default: nowhere; the cluster is gone with the process. */
  readonly dataDir?: string;
  /** Default: no socket. Port 0 takes a free one. */
  readonly listen?: ListenAddress;
  /** Run the controllers. Default true. */
  readonly controllers?: boolean;
  /** Run the scheduler. Default true. */
  readonly scheduler?: boolean;
  /** Default 1. */
  readonly virtualNodes?: number;
  /** Run in virtual time from this seed: drive it with `world.run()` and `world.advance()`. Default: real time. */
  readonly virtualTime?: SimWorld;
  /** Default `warn`. */
  readonly logLevel?: "debug" | "info" | "warn" | "error";
  readonly onStep?: ClusterConfig["onStep"];
}

/** Resolves when the cluster answers and its nodes are registered. */
export async function startCluster(
  options: StartClusterOptions = {},
  signal = neverAborted,
): Promise<Cluster> {
  const { name = "navarch", dataDir } = options;
  const config = configOf(options, { name, controllers: true, scheduler: true, virtualNodes: 1 });
  return Cluster.start(partsOf(envOf(options, name), dataDir), config, signal);
}

/** A cluster in memory with the state of `cluster`, and only an API server unless `options` ask for more. */
export async function forkCluster(
  cluster: Cluster,
  options: StartClusterOptions = {},
  signal = neverAborted,
): Promise<Cluster> {
  const { name = `${cluster.config.name}-fork` } = options;
  return cluster.fork(
    envOf(options, name),
    configOf(options, { name, controllers: false, scheduler: false, virtualNodes: 0 }),
    signal,
  );
}

const neverAborted = new AbortController().signal;

function configOf(options: StartClusterOptions, defaults: ClusterConfig): ClusterConfig {
  const { listen, onStep } = options;
  return {
    name: defaults.name,
    controllers: options.controllers ?? defaults.controllers,
    scheduler: options.scheduler ?? defaults.scheduler,
    virtualNodes: options.virtualNodes ?? defaults.virtualNodes,
    ...(listen === undefined ? {} : { listen }),
    ...(onStep === undefined ? {} : { onStep }),
  };
}

function envOf(options: StartClusterOptions, name: string): RootEnv {
  if (options.virtualTime !== undefined) return options.virtualTime.env(name);
  return createRealEnv({ name, logLevel: options.logLevel ?? "warn" });
}

function partsOf(env: RootEnv, dataDir: string | undefined): ClusterParts {
  if (dataDir === undefined) return { env, journal: new MemoryJournal(), disk: new MemoryDisk() };
  return {
    env,
    journal: new SqliteJournal({ path: join(dataDir, "state.db") }),
    disk: new FileSystemDisk(dataDir),
  };
}
