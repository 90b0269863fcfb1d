/** What `startCluster()` and `fork()` are asked for, and what that means for a cluster. */
import type { RootEnv } from "#base";
import { createRealEnv } from "#base/real";
import type { SimWorld } from "#base/sim";
import type { ClusterConfig } from "./cluster-config.ts";
import type { ListenAddress } from "./cluster-options.ts";

/** Of a cluster and of a fork; where their defaults differ, the fork's is in brackets. */
export interface LibraryOptions {
  /** Default `navarch` (the cluster's with `-fork`). */
  readonly name?: string;
  /** Default: no socket. Port 0 takes a free one. */
  readonly listen?: ListenAddress;
  /** Run the controllers. Default true (false). */
  readonly controllers?: boolean;
  /** Run the scheduler. Default true (false). */
  readonly scheduler?: boolean;
  /** Default 1 (0). */
  readonly virtualNodes?: number;
  /** Addresses and names of the network. Default: the usual ones (the cluster's). */
  readonly ranges?: ClusterConfig["ranges"];
  /** What the API server is told. Default: as kube-apiserver's defaults (as the cluster's). */
  readonly apiServer?: ClusterConfig["apiServer"];
  /** Run in virtual time from this seed: drive it with `world.run()` and `world.advance()`. Default: real time. */
  readonly virtualTime?: SimWorld;
  /** Default `warn`. */
  readonly logLevel?: "debug" | "info" | "warn" | "error";
  readonly onStep?: ClusterConfig["onStep"];
}

const names = {
  name: true,
  listen: true,
  controllers: true,
  scheduler: true,
  virtualNodes: true,
  ranges: true,
  apiServer: true,
  virtualTime: true,
  logLevel: true,
  onStep: true,
} satisfies Readonly<Record<keyof LibraryOptions, true>>;

/** Refuses what TypeScript does not hear of in a program of JavaScript. */
function check(options: LibraryOptions): void {
  const unknown = Object.keys(options).find((key) => !(key in names));
  if (unknown !== undefined)
    throw new TypeError(`There is no option \`${unknown}\`: there are ${Object.keys(names).join(", ")}`);
  const { virtualNodes = 0 } = options;
  if (!Number.isSafeInteger(virtualNodes) || virtualNodes < 0)
    throw new TypeError(`\`virtualNodes\` is a whole number from 0 on, not ${String(virtualNodes)}`);
}

/** What runs, where the options leave something open by `defaults`. Throws `TypeError` for options that there are not. */
export function configOf(options: LibraryOptions, defaults: ClusterConfig): ClusterConfig {
  check(options);
  const { listen, onStep, ranges, apiServer } = options;
  return {
    ...defaults,
    name: options.name ?? defaults.name,
    controllers: options.controllers ?? defaults.controllers,
    scheduler: options.scheduler ?? defaults.scheduler,
    virtualNodes: options.virtualNodes ?? defaults.virtualNodes,
    ...(listen === undefined ? {} : { listen }),
    ...(onStep === undefined ? {} : { onStep }),
    ...(ranges === undefined ? {} : { ranges }),
    ...(apiServer === undefined ? {} : { apiServer }),
  };
}

/** The world that the cluster runs in. */
export function envOf(options: LibraryOptions, name: string): RootEnv {
  if (options.virtualTime !== undefined) return options.virtualTime.env(name);
  return createRealEnv({ name, logLevel: options.logLevel ?? "warn" });
}
