/**
 * Notices nodes that fall silent: their conditions turn Unknown, their pods not ready, and taints keep new pods away
 * at once and move running ones at a rate that depends on how much of the zone is ill.
 */
import { isStatus, type Lease, leases, type Node, nodes, type Pod, pods, rfc3339, same } from "#api";
import type { Env } from "#base";
import { type Informer, keyOf } from "#client";
import {
  type Controller,
  type ControllerDefinition,
  type ControllerDeps,
  type Turn,
  watchInto,
} from "../controller.ts";
import { Heartbeats } from "./heartbeats.ts";
import {
  conditionStatus,
  evictionTaint,
  hasTaint,
  scheduleTaints,
  silentConditions,
  withTaints,
} from "./node-conditions.ts";
import { evictionRates, zoneOf } from "./zones.ts";

/** A node without any status yet gets a little longer; upstream's `--node-startup-grace-period`. */
const STARTUP_GRACE_MS = 60_000;

class NodeLifecycleController implements Controller {
  readonly #env: Env;
  readonly #deps: ControllerDeps;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  readonly #heartbeats: Heartbeats;
  /** When each zone may be given its next taint of NoExecute, on the monotonic clock. */
  readonly #nextEvictionMs = new Map<string, number>();
  /** The nodes that were announced, by name. */
  readonly #known = new Map<string, Node>();

  constructor(env: Env, deps: ControllerDeps) {
    this.#env = env;
    this.#deps = deps;
    this.#nodes = watchInto(deps, nodes, ({ key }) => [key.name]);
    this.#pods = deps.informers.of(pods);
    this.#pods.index("node", (pod) => (pod.spec.nodeName ? [pod.spec.nodeName] : []));
    const nodeLeases: Informer<Lease> = deps.informers.of(leases);
    this.#heartbeats = new Heartbeats(env, this.#nodes, nodeLeases);
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    const node = this.#nodes.lister.get({ name: key });
    this.#announce(key, node);
    if (node === undefined) return;
    const judged = await this.#judge(node, turn);
    await this.#unreadyPods(judged, turn);
    await this.#taint(judged, turn);
  }

  /** Who watches a node's events learns since when, and until when, it is looked after. */
  #announce(name: string, node: Node | undefined): void {
    const known = this.#known.get(name);
    if (node === undefined) this.#known.delete(name);
    else this.#known.set(name, node);
    if (known === undefined && node !== undefined) {
      const message = `Node ${name} event: Registered Node ${name} in Controller`;
      this.#deps.events.record(node, "Normal", "RegisteredNode", message);
    } else if (known !== undefined && node === undefined) {
      const message = `Node ${name} event: Removing Node ${name} from Controller`;
      this.#deps.events.record(known, "Normal", "RemovingNode", message);
    }
  }

  /** The node with its conditions as they are now, written when this turn changed them. */
  async #judge(node: Node, turn: Turn): Promise<Node> {
    const reported = conditionStatus(node, "Ready") !== undefined;
    const graceMs = reported ? this.#deps.options.nodeMonitorGracePeriodMs : STARTUP_GRACE_MS;
    const leftMs = graceMs - this.#heartbeats.silentMs(node.metadata.name ?? "");
    if (leftMs > 0) {
      turn.again(leftMs);
      return node;
    }
    turn.again(this.#deps.options.nodeMonitorPeriodMs);
    const conditions = silentConditions(node, this.#env.clock.now());
    if (same(conditions, node.status.conditions)) return node;
    const wasReady = conditionStatus(node, "Ready") === "True";
    const silent = { ...node, status: { ...node.status, conditions } };
    const written = await turn.client.of(nodes).update(silent, turn.signal, { subresource: "status" });
    if (wasReady) {
      const message = `Node ${node.metadata.name} status is now: NodeNotReady`;
      this.#deps.events.record(node, "Normal", "NodeNotReady", message);
    }
    return written;
  }

  /** Services must not send to pods that nobody watches over. */
  async #unreadyPods(node: Node, turn: Turn): Promise<void> {
    const ready = conditionStatus(node, "Ready");
    if (ready === "True" || ready === undefined) return;
    for (const pod of this.#pods.lister.by("node", node.metadata.name ?? "")) {
      const conditions = notReady(pod, this.#env.clock.now());
      if (conditions === undefined) continue;
      this.#deps.events.record(pod, "Warning", "NodeNotReady", "Node is not ready");
      await turn.client
        .of(pods)
        .update({ ...pod, status: { ...pod.status, conditions } }, turn.signal, { subresource: "status" })
        .catch(ignoreLostRace);
    }
  }

  async #taint(node: Node, turn: Turn): Promise<void> {
    const eviction = this.#allowedEviction(node, turn);
    const taints = withTaints(node, scheduleTaints(node), eviction, this.#env.clock.now());
    if (same(taints, node.spec.taints ?? [])) return;
    const patch = { metadata: { resourceVersion: node.metadata.resourceVersion }, spec: { taints } };
    await turn.client.of(nodes).patch(keyOf(node), "merge", patch, turn.signal);
  }

  /** The NoExecute taint that the node may have now: a new one waits for its zone's turn. */
  #allowedEviction(node: Node, turn: Turn): string | undefined {
    const wanted = evictionTaint(node);
    if (wanted === undefined) return undefined;
    const rates = evictionRates(this.#nodes.lister.list(), this.#deps.options);
    const zone = zoneOf(node);
    const rate = rates.get(zone) ?? 0;
    // The whole cluster seems down: then it is this side that is cut off, and nobody is to be moved.
    if ([...rates.values()].every((value) => value === 0)) return undefined;
    if (hasTaint(node, wanted, "NoExecute")) return wanted;
    const now = this.#env.clock.monotonic();
    const waitMs = rate === 0 ? Number.POSITIVE_INFINITY : (this.#nextEvictionMs.get(zone) ?? now) - now;
    if (waitMs > 0) {
      turn.again(Math.min(waitMs, this.#deps.options.nodeMonitorPeriodMs));
      return undefined;
    }
    this.#nextEvictionMs.set(zone, now + 1000 / rate);
    return wanted;
  }
}

/** The pod's conditions with Ready turned False, or undefined when it is not ready anyway. */
function notReady(pod: Pod, nowMs: number): Pod["status"]["conditions"] | undefined {
  const conditions = pod.status.conditions ?? [];
  if (!conditions.some(({ type, status }) => type === "Ready" && status === "True")) return undefined;
  return conditions.map((condition) =>
    condition.type === "Ready"
      ? { ...condition, status: "False", lastTransitionTime: rfc3339(nowMs) }
      : condition,
  );
}

function ignoreLostRace(error: unknown): void {
  if (!isStatus(error, "NotFound") && !isStatus(error, "Conflict")) throw error;
}

export const nodeLifecycleController: ControllerDefinition = {
  name: "node-lifecycle-controller",
  user: "node-controller",
  workers: 8,
  create: (env, deps) => new NodeLifecycleController(env, deps),
};
