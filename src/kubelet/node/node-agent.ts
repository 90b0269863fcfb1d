/**
 * The node's side of the kubelet: registers the Node object (or takes over one that is there), renews the
 * lease, and writes the status when it changed or its report is due. One timer drives both, so that an idle
 * node costs no more than its lease.
 */
import { isStatus, type Lease, type Node, type NodeStatus, same } from "#api";
import { type Env, isAbort, messageOf } from "#base";
import type { EventSink, ResourceClient } from "#client";
import type { Pressure } from "../eviction/thresholds.ts";
import { eventStreamBackOff, leaseRenewMs, nodeStatusReportMs, settleMs, settleTries } from "../limits.ts";
import type { MachineInfo } from "../machine.ts";
import type { ImageService, RuntimeService, RuntimeVersion } from "../runtime/runtime.ts";
import { NodeLease } from "./node-lease.ts";
import { type NodeOptions, nodeLabels, nodeStatus, readyCondition, runtimeTroubles } from "./node-object.ts";

/** What the agent speaks to and about. */
export interface NodeAgentDeps {
  readonly nodes: ResourceClient<Node>;
  readonly leases: ResourceClient<Lease>;
  readonly runtime: RuntimeService;
  readonly images: ImageService;
  readonly machine: MachineInfo;
  readonly events: EventSink;
  /** Driven by this node's tick. */
  readonly health: { readonly pressures: ReadonlySet<Pressure>; tick(): void };
}

/** `register` first, then `run`. */
export class NodeAgent {
  readonly #env: Env;
  readonly #deps: NodeAgentDeps;
  readonly #options: NodeOptions;
  readonly #lease: NodeLease;
  readonly #version: RuntimeVersion;
  #node: Node | undefined;
  #podCidr = "";
  #reportedAt = Number.NEGATIVE_INFINITY;
  #ready = false;
  /** Conditions as last told by events, by type. */
  readonly #told = new Map<string, string>();

  constructor(env: Env, deps: NodeAgentDeps, options: NodeOptions, version: RuntimeVersion) {
    this.#env = env;
    this.#deps = deps;
    this.#options = options;
    this.#version = version;
    this.#lease = new NodeLease(env, { leases: deps.leases }, options.name);
  }

  /** The object as the API last had it. */
  get node(): Node | undefined {
    return this.#node;
  }

  /** Whether the last written status was Ready. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Reads the object anew. */
  async refresh(signal: AbortSignal): Promise<Node> {
    this.#node = await this.#deps.nodes.get({ name: this.#options.name }, signal);
    return this.#node;
  }

  /** Registers the node, trying until the API takes it; then its status and lease are there. */
  async register(signal: AbortSignal): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        this.#node = await this.#create(signal);
        await this.#report(signal);
        await this.#lease.renew(this.#node, signal);
        this.#deps.events.record(this.#node, "Normal", "Starting", "Starting kubelet.");
        return;
      } catch (error) {
        signal.throwIfAborted();
        const wait = Math.min(eventStreamBackOff.maxMs, eventStreamBackOff.firstMs * 2 ** tries);
        this.#env.log.warn("Cannot register the node", {
          node: this.#options.name,
          error: messageOf(error),
          waitMs: wait,
        });
        await this.#env.clock.sleep(wait, signal);
      }
    }
  }

  /** Lease and status, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#settle(signal);
    // Nodes that start together spread their renewals.
    await this.#env.clock.sleep(this.#env.random.below(leaseRenewMs), signal);
    while (!signal.aborted) {
      try {
        this.#deps.health.tick();
        if (this.#node !== undefined) await this.#lease.renew(this.#node, signal);
        await this.#lookUp(signal);
        await this.#report(signal);
      } catch (error) {
        if (signal.aborted || isAbort(error)) return;
        this.#env.log.warn("Cannot report the node's status", {
          node: this.#options.name,
          error: messageOf(error),
        });
      }
      await this.#env.clock.sleep(leaseRenewMs, signal);
    }
  }

  /** A node that waits for its range of addresses, and then for its network, looks often for a while. */
  async #settle(signal: AbortSignal): Promise<void> {
    for (let tries = 0; tries < settleTries && !this.#ready; tries += 1) {
      await this.#env.clock.sleep(settleMs, signal);
      try {
        if (this.#podCidr === "") await this.refresh(signal);
        await this.#takePodCidr(signal);
        await this.#report(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#env.log.debug("The node is not settled yet", { error: messageOf(error) });
      }
    }
  }

  async #create(signal: AbortSignal): Promise<Node> {
    const { machine, nodes } = this.#deps;
    const labels = nodeLabels(this.#options, machine);
    const { name, taints } = this.#options;
    const status = await this.#status(undefined, signal);
    try {
      return await nodes.create(
        { metadata: { name, labels }, spec: taints === undefined ? {} : { taints }, status },
        signal,
      );
    } catch (error) {
      if (!isStatus(error, "AlreadyExists")) throw error;
    }
    const known = await nodes.get({ name }, signal);
    this.#tellReboot(known);
    const same = Object.entries(labels).every(([key, value]) => known.metadata.labels?.[key] === value);
    return same ? known : nodes.patch({ name }, "strategic", { metadata: { labels } }, signal);
  }

  /** What others wrote since: who was silent for a while finds itself called Unknown, and has to answer. */
  async #lookUp(signal: AbortSignal): Promise<void> {
    try {
      await this.refresh(signal);
    } catch (error) {
      if (!isStatus(error, "NotFound")) throw error;
    }
  }

  /** Writes the status when something changed, or when it has not been said for a while. */
  async #report(signal: AbortSignal): Promise<void> {
    const { name } = this.#options;
    if (this.#node === undefined) return;
    const status = await this.#status(this.#node.status, signal);
    const now = this.#env.clock.monotonic();
    const due = now - this.#reportedAt >= nodeStatusReportMs;
    if (due || !contains(this.#node.status, status)) {
      try {
        this.#node = await this.#deps.nodes.patch({ name }, "strategic", { status }, signal, {
          subresource: "status",
        });
        this.#reportedAt = now;
      } catch (error) {
        // Somebody deleted the object of a node that lives: it comes back.
        if (!isStatus(error, "NotFound")) throw error;
        this.#node = await this.#create(signal);
      }
    }
    this.#tell(status);
    await this.#takePodCidr(signal);
  }

  async #status(before: NodeStatus | undefined, signal: AbortSignal): Promise<Partial<NodeStatus>> {
    const { machine, runtime, images } = this.#deps;
    const now = this.#env.clock.now();
    try {
      const [state, list] = await Promise.all([runtime.status(signal), images.listImages(signal)]);
      const view = {
        machine,
        runtime: this.#version,
        status: state,
        images: list,
        troubles: runtimeTroubles(state),
        pressures: this.#deps.health.pressures,
      };
      return nodeStatus(this.#options, view, before?.conditions ?? [], now);
    } catch (error) {
      signal.throwIfAborted();
      // What only the runtime knows stays as it was.
      const ready = readyCondition(
        [`container runtime is down: ${messageOf(error)}`],
        before?.conditions ?? [],
        now,
      );
      return { conditions: [ready] };
    }
  }

  /** Events for conditions that are not what they were when last told. */
  #tell(status: Partial<NodeStatus>): void {
    const node = this.#node;
    for (const { type, status: value } of status.conditions ?? []) {
      const reason = conditionEvents.get(`${type}=${value}`);
      if (node === undefined || reason === undefined || this.#told.get(type) === value) continue;
      this.#told.set(type, value);
      this.#deps.events.record(node, "Normal", reason, `Node ${this.#options.name} status is now: ${reason}`);
    }
    this.#ready = this.#told.get("Ready") === "True";
  }

  #tellReboot(node: Node): void {
    const { bootId } = this.#deps.machine;
    const before = node.status.nodeInfo.bootID;
    if (before === "" || before === bootId) return;
    const text = `Node ${this.#options.name} has been rebooted, boot id: ${bootId}`;
    this.#deps.events.record(node, "Warning", "Rebooted", text);
  }

  /** The range of pod addresses comes to the object after its registration. */
  async #takePodCidr(signal: AbortSignal): Promise<void> {
    const given = this.#node?.spec.podCIDR ?? "";
    if (given === "" || given === this.#podCidr) return;
    await this.#deps.runtime.updateRuntimeConfig({ podCidr: given }, signal);
    this.#podCidr = given;
  }
}

const conditionEvents: ReadonlyMap<string, string> = new Map([
  ["MemoryPressure=False", "NodeHasSufficientMemory"],
  ["MemoryPressure=True", "NodeHasInsufficientMemory"],
  ["DiskPressure=False", "NodeHasNoDiskPressure"],
  ["DiskPressure=True", "NodeHasDiskPressure"],
  ["PIDPressure=False", "NodeHasSufficientPID"],
  ["PIDPressure=True", "NodeHasInsufficientPID"],
  ["Ready=True", "NodeReady"],
  ["Ready=False", "NodeNotReady"],
]);

/** Whether a status says all that `wanted` says, heartbeats aside. */
function contains(status: NodeStatus, wanted: Partial<NodeStatus>): boolean {
  const { conditions, ...rest } = wanted;
  const known = new Map((status.conditions ?? []).map((one) => [one.type, one]));
  const calm = (conditions ?? []).every((one) => {
    const old = known.get(one.type);
    return old?.status === one.status && old.reason === one.reason && old.message === one.message;
  });
  const fields = new Map<string, unknown>(Object.entries(status));
  return calm && Object.entries(rest).every(([name, value]) => same(fields.get(name), value));
}
