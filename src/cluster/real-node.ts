/** The node of this machine under a cluster. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { services } from "#api";
import { type Component, type Env, makeFolder, type Processes } from "#base";
import { InformerSet } from "#client";
import {
  type ConfiguredOptions,
  lockMachine,
  MachineNode,
  MachineRuntime,
  readMachine,
  type RuntimeSource,
  type ServeKubelet,
} from "#kubelet";
import type { Access } from "./access.ts";
import { started } from "./components.ts";
import { kubeletIdentity } from "./identities.ts";
import { dnsAddressIn, type NetworkRanges } from "./network-ranges.ts";
import { endpointFile } from "./node-choice.ts";
import { ServiceNetwork } from "./service-network.ts";

/** Which node. */
export interface RealNodeOptions {
  readonly name: string;
  /** Of the cluster. */
  readonly dataDir: string;
  readonly source: RuntimeSource;
  /** Starts programs and mounts; this process is too large to fork. */
  readonly processes: Processes;
  /** What was begun before. Default: it begins with the node. */
  readonly runtime?: StartingRuntime;
  /** Of the kubelet's server; 0: any free one. Default 10250. */
  readonly kubeletPort?: number;
  /** Of the cluster's network. Default: upstream's usual. */
  readonly ranges?: NetworkRanges;
  /** What a kubelet configuration file says. Default: nothing. */
  readonly configured?: ConfiguredOptions;
}

/** The machine is ours, and its runtime starts while other things do. */
export class StartingRuntime implements AsyncDisposable {
  readonly runtime: MachineRuntime;
  readonly #lock: Disposable;
  readonly #endpointFile: string;

  constructor(env: Env, options: RealNodeOptions, signal: AbortSignal) {
    const { dataDir, source, processes, configured, ranges = {} } = options;
    this.#lock = lockMachine();
    makeFolder(dataDir, 0o700);
    this.#endpointFile = endpointFile(dataDir);
    if (source.kind === "endpoint") writeFileSync(this.#endpointFile, source.socket);
    this.runtime = new MachineRuntime(
      env,
      { processes, machine: readMachine(dataDir) },
      { ...ranges, ...configured, source },
    );
    // Whoever needs it hears of its failure.
    this.runtime.start(signal).catch(() => {});
  }

  /** Lets go of it before a node had it: pods run on. */
  async release(): Promise<void> {
    await this.runtime.release();
    this.#lock[Symbol.dispose]();
  }

  /** Ends its pods. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.runtime[Symbol.asyncDispose]();
    rmSync(this.#endpointFile, { force: true });
    this.#lock[Symbol.dispose]();
  }
}

/** How a node is reached, and what runs beside it: that stops after the node. */
export interface RealNodeParts {
  readonly serve: ServeKubelet;
  /** Default: nothing. */
  readonly beside?: Component;
}

/** Starts the machine's node; it ends its containers when it is disposed. */
export async function startRealNode(
  env: Env,
  access: Access,
  options: RealNodeOptions,
  { serve, beside }: RealNodeParts,
  signal: AbortSignal,
): Promise<Component> {
  const { name: nodeName, dataDir, ranges = {} } = options;
  const starting = options.runtime ?? new StartingRuntime(env.child("runtime"), options, signal);
  const client = access.client(kubeletIdentity(nodeName), "kubelet");
  const informers = new InformerSet(env.child("informers"), { client });
  const manifests = join(dataDir, "manifests");
  makeFolder(manifests, 0o700);
  const node = new MachineNode(
    env,
    { client, informers, services: informers.of(services).lister, runtime: starting.runtime, serve },
    {
      ...ranges,
      ...options.configured,
      nodeName,
      clusterDns: options.configured?.clusterDns ?? [dnsAddressIn(ranges.serviceRange)],
      manifestDirectories: [manifests, options.configured?.staticPodPath ?? "/etc/kubernetes/manifests"],
    },
  );
  const component: Component = {
    async start() {
      await Promise.all([node.start(signal), beside?.start(signal)]);
    },
    ready: () => node.ready() ?? beside?.ready(),
    async [Symbol.asyncDispose]() {
      await node[Symbol.asyncDispose]();
      await beside?.[Symbol.asyncDispose]();
      await starting[Symbol.asyncDispose]();
    },
  };
  return started(component, signal);
}

/** The machine's part in Services. */
export function serviceNetwork(env: Env, access: Access, options: RealNodeOptions): Component {
  const { name: nodeName, source, processes, ranges = {} } = options;
  const { searchPath } = source.tools;
  const own = { nodeName, searchPath, ...ranges };
  return new ServiceNetwork(env, { access, processes }, own);
}
