/**
 * A node of the machine that we run on: the kubelet over a containerd of its own, with the machine's volumes,
 * sockets and pod network. While it runs, nobody else may run the machine's node: `machine-lock-node.ts`.
 *
 *   containerd -> kubelet -> pods         start
 *   pods -> rules -> containerd           dispose: containers end with their grace, their data stays
 */
import { mkdirSync } from "node:fs";
import { configMaps, pods, secrets, serviceAccounts, type Service } from "#api";
import { type Component, type Env, messageOf, type Processes, type TaskGroup } from "#base";
import type { Client, Informers, Lister } from "#client";
import { Kubelet } from "./kubelet.ts";
import { maxGraceAtShutdownSeconds } from "./limits.ts";
import type { MachineInfo } from "./machine.ts";
import { readMachine, readNodeDns } from "./machine-facts-node.ts";
import { type KubeletOptions, nodeDefaults } from "./options.ts";
import { ApiReferences } from "./pod/references.ts";
import { NetworkDialer } from "./probe/network-dialer-node.ts";
import { lifeEvents } from "./runtime/containerd/containerd-events.ts";
import { Containerd } from "./runtime/containerd/containerd-node.ts";
import { PodNetwork } from "./runtime/containerd/pod-network-node.ts";
import type { NodeTools } from "./runtime/containerd/tools-node.ts";
import { ContainerFiles } from "./runtime/cri/container-files-node.ts";
import { CriImages } from "./runtime/cri/cri-images.ts";
import { CriRuntime } from "./runtime/cri/cri-runtime.ts";
import { podTerminationGraceAnnotation } from "./runtime/labels.ts";
import { MachineVolumes } from "./volumes/machine-volumes.ts";
import { Mounts } from "./volumes/mounts-node.ts";
import { ServiceAccountTokens } from "./volumes/service-account-tokens.ts";
import { MachineVolumeHost } from "./volumes/volume-host-node.ts";

/** What a machine's node stands on. */
export interface MachineNodeDeps {
  /** With the node's own identity. */
  readonly client: Client;
  readonly informers: Informers;
  /** Of all namespaces. */
  readonly services: Lister<Service>;
  readonly processes: Processes;
}

/** How it is set up. */
export interface MachineNodeOptions extends KubeletOptions {
  readonly tools: NodeTools;
  /** Holds containerd's files; short, since a socket is in it. */
  readonly containerdDirectory: string;
  /** Where this node's pods get their addresses until the API says otherwise. */
  readonly podCidr: string;
  /** Of all nodes' pods. Default 10.244.0.0/16. */
  readonly clusterCidr?: string;
}

export class MachineNode implements Component {
  readonly #env: Env;
  readonly #tasks: TaskGroup;
  readonly #containerd: Containerd;
  readonly #network: PodNetwork;
  readonly #mounts: Mounts;
  readonly #runtime: CriRuntime;
  readonly #volumes: MachineVolumes;
  readonly #kubelet: Kubelet;
  readonly #rootDirectory: string;
  readonly #podCidr: string;
  #disposed: Promise<void> | undefined;

  constructor(env: Env, deps: MachineNodeDeps, options: MachineNodeOptions) {
    const { rootDirectory = "/var/lib/kubelet", podLogsDirectory = "/var/log/pods", tools } = options;
    const { client, informers, services, processes } = deps;
    this.#env = env;
    this.#tasks = env.tasks.group("node");
    this.#rootDirectory = rootDirectory;
    this.#podCidr = options.podCidr;
    mkdirSync(rootDirectory, { recursive: true });
    const machine = readMachine(rootDirectory);
    this.#containerd = makeContainerd(env, processes, options, machine);
    const { rpc, paths } = this.#containerd;
    const { clusterCidr = "10.244.0.0/16" } = options;
    this.#network = new PodNetwork(env, { processes }, { paths, clusterCidr, searchPath: tools.searchPath });
    this.#mounts = new Mounts({ processes }, { searchPath: tools.searchPath });
    this.#runtime = new CriRuntime(env, {
      rpc,
      files: new ContainerFiles({ rootDirectory, podLogsDirectory }),
      hints: (signal) => lifeEvents(rpc, signal),
      configureNetwork: (podCidr, signal) => this.#network.configure(podCidr, signal),
    });
    const references = new ApiReferences({
      configMaps: client.of(configMaps),
      secrets: client.of(secrets),
      services,
    });
    const own = { ...options, nodeDns: options.nodeDns ?? readNodeDns() };
    this.#volumes = new MachineVolumes(
      env,
      {
        host: new MachineVolumeHost(env, { mounts: this.#mounts }),
        references,
        tokens: new ServiceAccountTokens(env, { accounts: client.of(serviceAccounts) }),
        pods: informers.of(pods, { fieldSelector: `spec.nodeName=${options.nodeName}` }).lister,
      },
      { rootDirectory, allocatable: nodeDefaults(own, machine).allocatable },
    );
    this.#kubelet = new Kubelet(
      env,
      {
        client,
        informers,
        services,
        runtime: this.#runtime,
        images: new CriImages({ rpc }),
        dialer: new NetworkDialer(),
        volumes: this.#volumes,
        machine,
      },
      own,
    );
  }

  ready(): string | undefined {
    return this.#containerd.ready() ?? this.#kubelet.ready();
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#containerd.start(signal);
    await this.#runtime.updateRuntimeConfig({ podCidr: this.#podCidr }, signal);
    await this.#kubelet.start(signal);
    this.#tasks.spawn("volumes", (ending) => this.#volumes.run(ending));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #dispose(): Promise<void> {
    await this.#tasks[Symbol.asyncDispose]();
    await this.#kubelet[Symbol.asyncDispose]();
    const signal = new AbortController().signal;
    try {
      if (this.#containerd.ready() === undefined) await this.#stopPods(signal);
      await this.#network.remove(signal);
    } catch (error) {
      this.#env.log.warn("Cannot stop all pods of the node", { error: messageOf(error) });
    }
    await this.#containerd[Symbol.asyncDispose]();
  }

  /** Containers end with their grace, sandboxes give their networks back, mounts go; all else stays. */
  async #stopPods(signal: AbortSignal): Promise<void> {
    const running = await this.#runtime.listContainers({ state: "CONTAINER_RUNNING" }, signal);
    await Promise.all(
      running.map(({ id, annotations }) => {
        const grace = Number(annotations[podTerminationGraceAnnotation] ?? 30);
        return this.#runtime.stopContainer(id, Math.min(grace, maxGraceAtShutdownSeconds), signal);
      }),
    );
    const sandboxes = await this.#runtime.listPodSandbox({ state: "SANDBOX_READY" }, signal);
    await Promise.all(sandboxes.map(({ id }) => this.#runtime.stopPodSandbox(id, signal)));
    for (const { uid } of await this.#runtime.listPodSandbox({}, signal)) {
      const mounted = await this.#mounts.below(`${this.#rootDirectory}/pods/${uid}`);
      for (const path of mounted.toReversed()) await this.#mounts.unmount(path, signal);
    }
  }
}

function makeContainerd(
  env: Env,
  processes: Processes,
  { tools, containerdDirectory }: MachineNodeOptions,
  { bootId, architecture }: MachineInfo,
): Containerd {
  return new Containerd(
    env.child("containerd"),
    { processes },
    { ...tools, directory: containerdDirectory, bootId, architecture },
  );
}
