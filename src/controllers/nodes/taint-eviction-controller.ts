/**
 * Deletes pods that do not tolerate a NoExecute taint of their node, or no longer: `tolerationSeconds` after this process
 * first saw the pod on such a node. As upstream's, it goes by no other clock than its own monotonic one: when a taint
 * says that it came is some other machine's opinion.
 */
import { type Node, nodes, type Pod, pods, rfc3339, same, type Taint, type Toleration } from "#api";
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

interface Mark {
  readonly uid: string | undefined;
  readonly term: AbortSignal;
  /** On the monotonic clock. */
  readonly sinceMs: number;
}

class TaintEvictionController implements Controller {
  readonly #env: Env;
  readonly #deps: ControllerDeps;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  /** The pods that have to go, by key: since when each is known to. What was so in an earlier term need not be now. */
  readonly #marked = new Map<string, Mark>();

  constructor(env: Env, deps: ControllerDeps) {
    this.#env = env;
    this.#deps = deps;
    this.#pods = watchInto(deps, pods, (change) => this.#movedPods(change));
    this.#pods.index("node", (pod) => (pod.spec.nodeName ? [pod.spec.nodeName] : []));
    this.#nodes = watchInto(deps, nodes, (change) => this.#podsOfTaintedNode(change));
  }

  async reconcile(key: string, turn: Turn): Promise<void> {
    const pod = this.#pods.lister.get(parseKey(key));
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || isEnded(pod)) {
      this.#marked.delete(key);
      return;
    }
    const node = this.#nodes.lister.get({ name: pod.spec.nodeName ?? "" });
    const staysMs = toleratedMs(pod.spec.tolerations ?? [], noExecuteTaints(node));
    if (staysMs === undefined) return this.#spare(key, pod);
    const leftMs = this.#markedAtMs(key, pod, turn.signal) + staysMs - this.#env.clock.monotonic();
    if (leftMs > 0) return turn.again(leftMs);
    await this.#evict(pod, turn);
  }

  #markedAtMs(key: string, { metadata: { uid } }: Pod, term: AbortSignal): number {
    const known = this.#marked.get(key);
    if (known !== undefined && known.uid === uid && known.term === term) return known.sinceMs;
    const sinceMs = this.#env.clock.monotonic();
    this.#marked.set(key, { uid, term, sinceMs });
    return sinceMs;
  }

  #spare(key: string, pod: Pod): void {
    const known = this.#marked.get(key);
    this.#marked.delete(key);
    if (known === undefined || known.uid !== pod.metadata.uid) return;
    this.#deps.events.record(pod, "Normal", "TaintManagerEviction", `Cancelling deletion of Pod ${key}`);
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
    if (current === undefined && this.#marked.has(keyText(key))) return [keyText(key)];
    if (!current?.spec.nodeName) return [];
    const moved = previous?.spec.nodeName !== current.spec.nodeName;
    const tolerates = previous?.spec.tolerations?.length !== current.spec.tolerations?.length;
    return moved || tolerates ? [keyText(key)] : [];
  }

  #podsOfTaintedNode({ key, previous, current }: Change<Node>): readonly string[] {
    if (same(noExecuteTaints(current), noExecuteTaints(previous))) return [];
    return this.#pods.lister.by("node", key.name).map((pod) => keyText(keyOf(pod)));
  }
}

function noExecuteTaints(node: Node | undefined): readonly Taint[] {
  return (node?.spec.taints ?? []).filter(({ effect }) => effect === "NoExecute");
}

/** How long a pod stays on a node with such taints: 0 for not at all, undefined for ever. A taint's first toleration counts. */
export function toleratedMs(
  tolerations: readonly Toleration[],
  taints: readonly Taint[],
): number | undefined {
  const used = taints.map((taint) => tolerations.find((toleration) => tolerates(toleration, taint)));
  if (used.includes(undefined)) return 0;
  const seconds = used.flatMap((one) => one?.tolerationSeconds ?? []);
  return seconds.length === 0 ? undefined : Math.max(0, Math.min(...seconds)) * 1000;
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
