/**
 * A node of the machine that we run on: the kubelet over the machine's own runtime, with its volumes and
 * sockets.
 */
import { mkdirSync } from "node:fs";
import { pods, serviceAccounts, type Service } from "#api";
import type { Component, Env, TaskGroup } from "#base";
import type { Client, Informers, Lister } from "#client";
import { PullRecordFiles } from "./image/pull-record-files-node.ts";
import { Kubelet } from "./kubelet.ts";
import { readMachine, readNodeDns, readSubordinateIds } from "./machine-facts-node.ts";
import type { MachineRuntime } from "./machine-runtime-node.ts";
import { kubeletConfiguration } from "./configuration.ts";
import { type KubeletOptions, nodeDefaults } from "./options.ts";
import { ApiReferences } from "./pod/references.ts";
import { ProbeCounts } from "./probe/probe-counts.ts";
import { NetworkDialer } from "./probe/network-dialer-node.ts";
import { type HealthzOptions, HealthzServer } from "./server/healthz-server-node.ts";
import { healthzPort } from "./limits.ts";
import type { LogKeeperOptions } from "./runtime/cri/log-keeper-node.ts";
import { MachineMeasures } from "./server/measures/node-measures-node.ts";
import { nodeLogs } from "./server/node-logs-node.ts";
import { KubeletServer, type ServeKubelet } from "./server/kubelet-server.ts";
import { ManifestDirectories } from "./static/manifest-directories-node.ts";
import { StaticPods } from "./static/static-pods.ts";
import { MachineVolumes } from "./volumes/machine-volumes.ts";
import { ServiceAccountTokens } from "./volumes/service-account-tokens.ts";
import { MachineVolumeHost } from "./volumes/volume-host-node.ts";

/** What a machine's node stands on. */
export interface MachineNodeDeps {
  /** With the node's own identity. */
  readonly client: Client;
  readonly informers: Informers;
  /** Of all namespaces. */
  readonly services: Lister<Service>;
  /** Disposed of by the node. */
  readonly runtime: MachineRuntime;
  /** Makes its server reachable. */
  readonly serve: ServeKubelet;
}

/** How it is set up. */
export interface MachineNodeOptions extends KubeletOptions {
  /** Of static pods. Default: none. */
  readonly manifestDirectories?: readonly string[];
  /** Where its health is told. Default 127.0.0.1:10248. */
  readonly healthz?: HealthzOptions;
  /** Bounds of containers' logs, as the runtime has them. */
  readonly logs?: LogKeeperOptions;
}

/** `start` resolves when the node is registered; dispose ends its containers. */
export class MachineNode implements Component {
  readonly #tasks: TaskGroup;
  readonly #runtime: MachineRuntime;
  readonly #volumes: MachineVolumes;
  readonly #server: KubeletServer;
  readonly #healthz: HealthzServer;
  /** Serves, and knows its port. */
  readonly #listen: (signal: AbortSignal) => ReturnType<ServeKubelet>;
  readonly #makeKubelet: (port: number | undefined) => Kubelet;
  #served: AsyncDisposable | undefined;
  #kubelet: Kubelet | undefined;

  constructor(env: Env, deps: MachineNodeDeps, options: MachineNodeOptions) {
    const { rootDirectory = "/var/lib/kubelet", nodeName } = options;
    const { client, informers, services } = deps;
    this.#tasks = env.tasks.group("node");
    mkdirSync(rootDirectory, { recursive: true });
    const machine = readMachine(rootDirectory);
    this.#runtime = deps.runtime;
    const { runtime, images, mounts, cgroups, cgroupReadings, stats, storage } = this.#runtime;
    const references = new ApiReferences({ client, services });
    const read = { nodeDns: readNodeDns(), subordinateIds: readSubordinateIds() };
    const own = { ...read, ...options };
    const ownPods = informers.of(pods, { fieldSelector: `spec.nodeName=${nodeName}` }).lister;
    const volumes = new MachineVolumes(
      env,
      {
        host: new MachineVolumeHost(env, { mounts, imageMounts: this.#runtime.imageMounts }),
        references,
        tokens: new ServiceAccountTokens(env, { accounts: client.of(serviceAccounts) }),
        pods: ownPods,
      },
      { rootDirectory, allocatable: nodeDefaults(own, machine).allocatable },
    );
    const dialer = new NetworkDialer();
    this.#volumes = volumes;
    const { streams, logs } = this.#runtime;
    const manifests = new ManifestDirectories(env, options.manifestDirectories ?? []);
    const statics = new StaticPods(env, { manifests }, { nodeName });
    const probeCounts = new ProbeCounts();
    const server = new KubeletServer(
      env.child("server"),
      {
        client,
        pods: ownPods,
        statics,
        runtime,
        streams,
        logs,
        probeCounts,
        measures: new MachineMeasures({ stats, runtime, cgroups: cgroupReadings, storage }),
        nodeLogs: (path) => nodeLogs("/var/log", path),
        configuration: kubeletConfiguration(own),
      },
      { nodeName },
    );
    this.#server = server;
    const healthz = options.healthz ?? { host: "127.0.0.1", port: healthzPort };
    // It can be well where no API answers, and so no node is Ready.
    const well = (): string | undefined =>
      this.#runtime.ready() ?? (this.#kubelet === undefined ? "starting" : undefined);
    this.#healthz = new HealthzServer(env.child("healthz"), { ready: well }, healthz);
    const { addresses } = machine;
    this.#listen = (signal) => deps.serve({ nodeName, addresses, server }, signal);
    const pullRecords = new PullRecordFiles(rootDirectory);
    const below = { runtime, images, pullRecords, dialer, volumes, cgroups, stats };
    this.#makeKubelet = (port) =>
      new Kubelet(
        env,
        { client, informers, services, statics, probeCounts, machine, ...below },
        port === undefined ? own : { ...own, port },
      );
  }

  ready(): string | undefined {
    return this.#runtime.ready() ?? (this.#kubelet === undefined ? "starting" : this.#kubelet.ready());
  }

  async start(signal: AbortSignal): Promise<void> {
    const [served] = await Promise.all([
      this.#serve(signal),
      this.#runtime.start(signal),
      this.#healthz.start(signal),
    ]);
    this.#kubelet = this.#makeKubelet(served.port);
    await this.#kubelet.start(signal);
    this.#tasks.spawn("volumes", (ending) => this.#volumes.run(ending));
  }

  async #serve(signal: AbortSignal): ReturnType<ServeKubelet> {
    const served = await this.#listen(signal);
    this.#served = served;
    return served;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tasks[Symbol.asyncDispose]();
    // Streams end before what they lead to.
    await this.#server[Symbol.asyncDispose]();
    await this.#served?.[Symbol.asyncDispose]();
    await this.#healthz[Symbol.asyncDispose]();
    await this.#kubelet?.[Symbol.asyncDispose]();
    await this.#runtime[Symbol.asyncDispose]();
  }
}
