/**
 * Deletes pods that do not tolerate a NoExecute taint of their node, or no longer: `tolerationSeconds` after the taint
 * came or the pod did, whichever is later.
 */
import { type Node, nodes, type Pod, parseTime, pods, rfc3339, type Taint, type Toleration } from "#api";
import type { Env } from "#base";
import { type Change, type Informer, keyOf, keyText, parseKey } from "#client";
import {
  type Controller,
  type ControllerDefinition,
  type ControllerDeps,
  type Turn,
  watchInto,
} from "../controller.ts";
import { ignoreNotFound } from "../not-found.ts";
import { isEnded } from "../workloads/pod-state.ts";

class TaintEvictionController implements Controller {
  readonly #env: Env;
  readonly #deps: ControllerDeps;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;

  constructor(env: Env, deps: ControllerDeps) {
    this.#env = env;
    this.#deps = deps;
    this.#pods = watchInto(deps, pods, (change) => this.#movedPods(change));
    this.#pods.index("node", (pod) => (pod.spec.nodeName ? [pod.spec.nodeName] : []));
    this.#nodes = watchInto(deps, nodes, (change) => this.#podsOfTaintedNode(change));
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    const pod = this.#pods.lister.get(parseKey(key));
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || isEnded(pod)) return;
    const node = this.#nodes.lister.get({ name: pod.spec.nodeName ?? "" });
    const dueMs = node === undefined ? undefined : evictionTimeMs(pod, noExecuteTaints(node));
    if (dueMs === undefined) return;
    const leftMs = dueMs - this.#env.clock.now();
    if (leftMs > 0) return turn.again(leftMs);
    await this.#evict(pod, turn);
  }

  async #evict(pod: Pod, turn: Turn): Promise<void> {
    const name = keyText(keyOf(pod));
    this.#deps.events.record(pod, "Normal", "TaintManagerEviction", `Marking for deletion Pod ${name}`);
    const condition = {
      type: "DisruptionTarget",
      status: "True",
      reason: "DeletionByTaintManager",
      message: "Taint manager: deleting due to NoExecute taint",
      lastTransitionTime: rfc3339(this.#env.clock.now()),
    };
    const { uid } = pod.metadata;
    const patch = { metadata: { uid }, status: { conditions: [condition] } };
    const client = turn.client.of(pods);
    const marked = await client
      .patch(keyOf(pod), "strategic", patch, turn.signal, { subresource: "status" })
      .catch(ignoreNotFound);
    if (marked && uid !== undefined)
      await client.delete(keyOf(pod), turn.signal, { uid }).catch(ignoreNotFound);
  }

  #movedPods({ key, previous, current }: Change<Pod>): readonly string[] {
    if (!current?.spec.nodeName) return [];
    const moved = previous?.spec.nodeName !== current.spec.nodeName;
    const tolerates = previous?.spec.tolerations?.length !== current.spec.tolerations?.length;
    return moved || tolerates ? [keyText(key)] : [];
  }

  #podsOfTaintedNode({ key, previous, current }: Change<Node>): readonly string[] {
    if (current === undefined) return [];
    const before = previous === undefined ? "[]" : JSON.stringify(noExecuteTaints(previous));
    if (JSON.stringify(noExecuteTaints(current)) === before) return [];
    return this.#pods.lister.by("node", key.name).map((pod) => keyText(keyOf(pod)));
  }
}

function noExecuteTaints(node: Node): readonly Taint[] {
  return (node.spec.taints ?? []).filter(({ effect }) => effect === "NoExecute");
}

/** When the pod must go, in milliseconds since the epoch: 0 for at once, undefined for never. */
export function evictionTimeMs(pod: Pod, taints: readonly Taint[]): number | undefined {
  if (taints.length === 0) return undefined;
  const cameMs = arrivalMs(pod);
  let due: number | undefined;
  for (const taint of taints) {
    const tolerating = (pod.spec.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
    if (tolerating.length === 0) return 0;
    const seconds = tolerating
      .map(({ tolerationSeconds }) => tolerationSeconds)
      .filter((value) => value !== undefined);
    if (seconds.length === 0) continue;
    const since = Math.max(parseTime(taint.timeAdded) ?? 0, cameMs);
    const time = since + Math.max(0, Math.min(...seconds)) * 1000;
    due = due === undefined ? time : Math.min(due, time);
  }
  return due;
}

function arrivalMs(pod: Pod): number {
  const scheduled = pod.status.conditions?.find(({ type }) => type === "PodScheduled")?.lastTransitionTime;
  return (
    parseTime(scheduled) ?? parseTime(pod.status.startTime) ?? parseTime(pod.metadata.creationTimestamp) ?? 0
  );
}

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if (toleration.operator === "Exists") return true;
  return toleration.key !== undefined && (toleration.value ?? "") === (taint.value ?? "");
}

export const taintEvictionController: ControllerDefinition = {
  name: "taint-eviction-controller",
  user: "node-controller",
  workers: 8,
  create: (env, deps) => new TaintEvictionController(env, deps),
};
