/**
 * The kubelet: one node's pods, from the API to the container runtime and back. Here its parts are put
 * together and kept alive; `pod/` runs the pods, `node/` speaks for the node. All that must outlive a crash
 * is in the API or at the runtime, so a new kubelet goes on where the last one stopped, and restarts
 * nothing.
 */
import { leases, type Node, nodes, type Pod, pods } from "#api";
import { assert, type Component, type Env, messageOf, type TaskGroup } from "#base";
import { EventRecorder, type Informer, type Informers, type ResourceClient } from "#client";
import { MemoryPullRecords, PullRecords, type PullRecordStore } from "./image/pull-records.ts";
import { type EvictablePods, NodeHealth } from "./eviction/node-health.ts";
import type { NodeStats } from "./eviction/node-usage.ts";
import { eventStreamBackOff } from "./limits.ts";
import type { MachineInfo } from "./machine.ts";
import { NodeAgent } from "./node/node-agent.ts";
import { podsCapacityOf } from "./node/node-object.ts";
import { ownNode } from "./node/node-object.ts";
import { healthOptions, type KubeletOptions, nodeDefaults, nodeOptions } from "./options.ts";
import { PodSet, type PodSetDeps } from "./pod/pod-set.ts";
import { followRuntime } from "./runtime/follow.ts";
import type { ContainerEvent, RuntimeVersion } from "./runtime/runtime.ts";
import { noManifests } from "./static/manifests.ts";
import { podIds } from "./pod/user-ranges.ts";
import { MirrorPods } from "./static/mirror-pods.ts";
import { isMirror } from "./static/static-pod.ts";
import { StaticPods } from "./static/static-pods.ts";
import { StatusManager } from "./status/status-manager.ts";
import { type PodGround, workerMaker } from "./worker-maker.ts";

/** What a kubelet stands on: the API above it, and a node below. */
export interface KubeletDeps extends PodGround {
  /** The kubelet asks them for the pods of its node, and starts them. */
  readonly informers: Informers;
  readonly stats: NodeStats;
  readonly machine: MachineInfo;
  /** Pods that the node runs by its own manifests. Default: none. */
  readonly statics?: StaticPods;
  /** Who pulled the node's images. Default: known as long as the kubelet runs. */
  readonly pullRecords?: PullRecordStore;
}

/** `start` registers the node; dispose lets go of it, and its containers run on. */
export class Kubelet implements Component {
  readonly #env: Env;
  readonly #deps: KubeletDeps;
  readonly #options: KubeletOptions;
  readonly #tasks: TaskGroup;
  readonly #pods: ResourceClient<Pod>;
  readonly #informer: Informer<Pod>;
  readonly #events: EventRecorder;
  readonly #status: StatusManager;
  readonly #pullRecords: PullRecords;
  readonly #health: NodeHealth;
  readonly #statics: StaticPods;
  readonly #mirrors: MirrorPods;
  #agent: NodeAgent | undefined;
  #podSet: PodSet | undefined;
  #started = false;

  constructor(env: Env, deps: KubeletDeps, options: KubeletOptions) {
    assert(options.nodeName !== "", "A kubelet has a node's name");
    this.#env = env;
    this.#deps = deps;
    this.#options = options;
    this.#tasks = env.tasks.group("kubelet");
    this.#pods = deps.client.of(pods);
    this.#informer = deps.informers.of(pods, { fieldSelector: `spec.nodeName=${options.nodeName}` });
    this.#events = new EventRecorder(
      env,
      { client: deps.client },
      { component: "kubelet", host: options.nodeName },
    );
    this.#statics = deps.statics ?? new StaticPods(env, { manifests: noManifests }, options);
    this.#mirrors = new MirrorPods(env, {
      pods: this.#pods,
      lister: this.#informer.lister,
      statics: this.#statics,
      node: () => this.#agent?.node,
      ending: (namespace, name) => this.#podSet?.ending(namespace, name) ?? false,
    });
    this.#status = new StatusManager(env, { pods: this.#pods, uidOf: (pod) => this.#mirrors.uidOf(pod) });
    const store = deps.pullRecords ?? new MemoryPullRecords();
    this.#pullRecords = new PullRecords(store, () => env.clock.now());
    this.#health = this.#makeHealth();
  }

  ready(): string | undefined {
    if (!this.#started) return "the kubelet has not started";
    if (!this.#informer.synced) return "the informer of pods has not synced";
    return this.#agent?.ready === true ? undefined : "the node is not ready";
  }

  /** Resolves when the node is registered and its pods are taken over; static pods run before that. */
  async start(signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.#tasks.signal]);
    const version = await this.#reachRuntime(either);
    const agent = this.#makeAgent(version);
    const podSet = this.#makePodSet(agent, version);
    await this.#statics.look();
    await this.#startCgroups(either);
    await podSet.startStatic(either);
    this.#tasks.spawn("runtime events", (ending) => this.#follow(podSet, ending));
    this.#tasks.spawn("static pods", (ending) => this.#followManifests(podSet, ending));
    await agent.register(either);
    await this.#deps.informers.start(either);
    await podSet.start(either);
    this.#tasks.spawn("node", (ending) => agent.run(ending));
    this.#informer.onChange(({ key, previous, current }) => {
      const pod = current ?? previous;
      const isShown = pod !== undefined && isMirror(pod);
      if (isShown || this.#statics.get(key) !== undefined) this.#mirrors.poke();
    });
    this.#started = true;
    this.#mirrors.poke();
  }

  /** Lets go of everything; containers run on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#started = false;
    await this.#tasks[Symbol.asyncDispose]();
    await this.#health.stop();
    await this.#mirrors[Symbol.asyncDispose]();
    await this.#podSet?.stop();
    this.#status.stop();
    await this.#events[Symbol.asyncDispose]();
  }

  /** Cgroups of pods that the runtime does not know go; a pod that begins makes its own anew. */
  async #startCgroups(signal: AbortSignal): Promise<void> {
    const { runtime, cgroups, machine } = this.#deps;
    const sandboxes = await runtime.listPodSandbox({}, signal);
    const known = new Set([
      ...sandboxes.map((one) => one.uid),
      ...this.#statics.list().map((pod) => pod.metadata.uid ?? ""),
    ]);
    const allocatable = podsCapacityOf(nodeOptions(this.#options), machine);
    await cgroups.start({ allocatable, known }, signal);
  }

  async #reachRuntime(signal: AbortSignal): Promise<RuntimeVersion> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.#deps.runtime.version(signal);
      } catch (error) {
        signal.throwIfAborted();
        const waitMs = Math.min(eventStreamBackOff.maxMs, eventStreamBackOff.firstMs * 2 ** tries);
        this.#env.log.warn("Cannot reach the container runtime", { error: messageOf(error), waitMs });
        await this.#env.clock.sleep(waitMs, signal);
      }
    }
  }

  #makeHealth(): NodeHealth {
    const { stats, images, runtime } = this.#deps;
    const pods: EvictablePods = {
      active: () => this.#podSet?.active() ?? [],
      evict: (uid, message, options) => this.#podSet?.evict(uid, message, options),
    };
    const node = (): Node | undefined => this.#agent?.node;
    const deps = { stats, images, pullRecords: this.#pullRecords, runtime, pods, events: this.#events, node };
    return new NodeHealth(this.#env, deps, healthOptions(this.#options));
  }

  #makeAgent(version: RuntimeVersion): NodeAgent {
    const { client, runtime, images, machine } = this.#deps;
    const deps = {
      nodes: client.of(nodes),
      leases: client.of(leases),
      runtime,
      images,
      machine,
      events: this.#events,
      health: this.#health,
    };
    this.#agent = new NodeAgent(this.#env, deps, nodeOptions(this.#options), version);
    return this.#agent;
  }

  #makePodSet(agent: NodeAgent, version: RuntimeVersion): PodSet {
    const { runtime, machine } = this.#deps;
    const defaults = nodeDefaults(this.#options, machine);
    const worker = {
      ground: this.#deps,
      pods: this.#pods,
      status: this.#status,
      events: this.#events,
      records: this.#pullRecords,
      resizeRefusal: (pod: Pod) => this.#podSet?.resizeRefusal(pod),
    };
    const ids = podIds(this.#options.subordinateIds ?? ["", ""], nodeOptions(this.#options).maxPods);
    const { runtimeName } = version;
    const part = { hostIPs: machine.addresses, node: defaults, podIds: ids, runtimeName };
    const node: PodSetDeps["node"] = async (fresh, signal) =>
      fresh || agent.node === undefined ? agent.refresh(signal) : agent.node;
    const pressures: PodSetDeps["pressures"] = () => this.#health.pressures;
    const deps = {
      informer: this.#informer,
      runtime,
      statics: this.#statics,
      events: this.#events,
      staticEnded: () => this.#mirrors.poke(),
      makeWorker: workerMaker(this.#env, worker, part),
      node,
      pressures,
      ownNode: () => ownNode(nodeOptions(this.#options), machine),
    };
    this.#podSet = new PodSet(this.#env, deps, {
      allocatable: defaults.allocatable,
      security: {
        appArmor: machine.appArmor,
        allowedUnsafeSysctls: this.#options.allowedUnsafeSysctls ?? [],
      },
    });
    return this.#podSet;
  }

  async #followManifests(podSet: PodSet, signal: AbortSignal): Promise<void> {
    const changed = (): void => {
      podSet.staticChanged();
      if (this.#started) this.#mirrors.poke();
    };
    await this.#statics.follow(changed, signal);
  }

  async #follow(podSet: PodSet, signal: AbortSignal): Promise<void> {
    const follower = {
      opened: () => this.#tasks.spawn("look around", (ending) => this.#lookAround(podSet, ending)),
      event: (event: ContainerEvent) => podSet.runtimeChanged(event),
    };
    await followRuntime(this.#env, { runtime: this.#deps.runtime, follower }, signal);
  }

  async #lookAround(podSet: PodSet, signal: AbortSignal): Promise<void> {
    try {
      await podSet.lookAround(signal);
    } catch (error) {
      // The stream breaks with the runtime, and opens again with it: then everybody looks anew.
      if (!signal.aborted) this.#env.log.warn("Cannot list the sandboxes", { error: messageOf(error) });
    }
  }
}
