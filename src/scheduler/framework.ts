/**
 * The scheduling framework: what a plugin is, and the profile that runs an ordered table of them.
 *
 * A cycle is synchronous over the cache, so a plugin's look at the cluster is a snapshot without a copy. `filter`
 * and `score` look once at the pod and the cluster, and return the check for one node; a plugin that has nothing
 * to say about a pod returns `undefined` and costs nothing per node. Extension points are upstream's
 * (KEP-624): preEnqueue, preFilter and filter (one closure), preScore and score (one closure); those with effects
 * (postFilter, reserve, permit, preBind) come with the first plugin that needs them.
 */
import type { ClusterView } from "./cluster-view.ts";
import type { NodeInfo } from "./node-info.ts";
import type { PodInfo } from "./pod-info.ts";

/** Why a node does not do. `resolvable` is true when evicting pods there could help (preemption). */
export interface Rejection {
  /** Counted over the nodes, as `Insufficient cpu`. */
  readonly reason: string;
  readonly resolvable: boolean;
}

/** The check of one node for one pod; `nodes` narrows the search by name before any check runs. */
export interface NodeFilter {
  readonly nodes?: ReadonlySet<string>;
  /** Set when no node of the cluster can do, whatever its name. */
  readonly rejectAll?: Rejection;
  check?(node: NodeInfo): Rejection | undefined;
}

/** Raw scores of nodes for one pod; the profile normalises them to 0..100 and weighs them. */
export interface NodeScorer {
  score(node: NodeInfo): number;
  /** `asIs`: already 0..100. `highest`: scaled so that the best is 100. `lowest`: scaled, and less is better. */
  readonly normalize: "asIs" | "highest" | "lowest";
}

/** What happened in the cluster, to tell which waiting pods may fit now. */
export type ClusterEvent =
  | { readonly type: "nodeAdded"; readonly node: NodeInfo }
  | { readonly type: "nodeChanged"; readonly node: NodeInfo; readonly what: NodeChange }
  | { readonly type: "podGone"; readonly pod: PodInfo }
  | { readonly type: "podAssigned"; readonly pod: PodInfo }
  | { readonly type: "podChanged"; readonly pod: PodInfo }
  | { readonly type: "resync" };

export interface NodeChange {
  readonly allocatable: boolean;
  readonly declaredFeatures: boolean;
  readonly labels: boolean;
  readonly taints: boolean;
  readonly unschedulable: boolean;
}

/** One plugin, one file. Absent extension point: nothing to do. */
export interface SchedulerPlugin {
  readonly name: string;
  /** Why the pod may not enter the queue yet. */
  preEnqueue?(pod: PodInfo): string | undefined;
  filter?(pod: PodInfo, cluster: ClusterView): NodeFilter | undefined;
  score?(pod: PodInfo, cluster: ClusterView): NodeScorer | undefined;
  /** Upstream's default weight of the score. Default 1. */
  readonly weight?: number;
  /** True when `event` may let a pod fit that this plugin rejected; absent: every event may. */
  mayHelp?(event: ClusterEvent, pod: PodInfo): boolean;
}
