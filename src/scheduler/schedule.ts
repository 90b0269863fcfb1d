/**
 * The decision: which node a pod goes to, or why none does. Pure over the pod, the cluster view and a random
 * stream for ties.
 *
 * Large clusters are searched in part, as upstream: once enough nodes fit, scoring chooses among those. The next
 * search starts where the last one stopped, so that all nodes get their turn.
 */
import type { Random } from "#base";
import type { ClusterView } from "./cluster-view.ts";
import type { NodeFilter, NodeScorer, SchedulerPlugin } from "./framework.ts";
import type { NodeInfo } from "./node-info.ts";
import type { PodInfo } from "./pod-info.ts";

/** Reasons and how many nodes gave each; plugins that rejected decide what may help later. */
export interface Unschedulable {
  readonly placed: false;
  readonly totalNodes: number;
  readonly reasons: ReadonlyMap<string, number>;
  readonly rejectedBy: ReadonlySet<string>;
}

export interface Placement {
  readonly placed: true;
  readonly node: string;
  readonly evaluatedNodes: number;
  readonly feasibleNodes: number;
}

export interface ScheduleOptions {
  readonly random: Random;
  /** Index of the first node to look at. */
  readonly start: number;
  /** Per cent of nodes to find; 0: by cluster size as upstream (50 % at 100 nodes, down to 5 %). */
  readonly percentageOfNodesToScore: number;
}

/** Chooses a node for `pod`. */
export function schedule(
  plugins: readonly SchedulerPlugin[],
  cluster: ClusterView,
  pod: PodInfo,
  options: ScheduleOptions,
): Placement | Unschedulable {
  const search = findFeasible(plugins, cluster, pod, options);
  if (search.feasible.length === 0) {
    return {
      placed: false,
      totalNodes: cluster.nodes.length,
      reasons: search.reasons,
      rejectedBy: search.rejectedBy,
    };
  }
  const node = best(plugins, cluster, pod, search.feasible, options.random);
  return {
    placed: true,
    node: node.name,
    evaluatedNodes: search.evaluated,
    feasibleNodes: search.feasible.length,
  };
}

/** How many feasible nodes are enough. */
function enoughNodes(total: number, percentage: number): number {
  const minimum = 100;
  if (total < minimum) return total;
  const chosen = percentage > 0 ? Math.min(percentage, 100) : Math.max(5, 50 - Math.floor(total / 125));
  return Math.max(minimum, Math.floor((total * chosen) / 100));
}

interface Search {
  readonly feasible: NodeInfo[];
  readonly reasons: Map<string, number>;
  readonly rejectedBy: Set<string>;
  evaluated: number;
}

function findFeasible(
  plugins: readonly SchedulerPlugin[],
  cluster: ClusterView,
  pod: PodInfo,
  options: ScheduleOptions,
): Search {
  const search: Search = { feasible: [], reasons: new Map(), rejectedBy: new Set(), evaluated: 0 };
  const filters: { readonly name: string; readonly filter: NodeFilter }[] = [];
  let names: ReadonlySet<string> | undefined;
  for (const plugin of plugins) {
    const filter = plugin.filter?.(pod, cluster);
    if (filter === undefined) continue;
    if (filter.rejectAll !== undefined) {
      search.reasons.set(filter.rejectAll.reason, cluster.nodes.length);
      search.rejectedBy.add(plugin.name);
      return search;
    }
    if (filter.nodes !== undefined) {
      names = names === undefined ? filter.nodes : intersection(names, filter.nodes);
      search.rejectedBy.add(plugin.name);
    }
    if (filter.check !== undefined) filters.push({ name: plugin.name, filter });
  }
  const nodes = cluster.nodes;
  const narrowed = names;
  const total = narrowed === undefined ? nodes.length : narrowed.size;
  const enough = enoughNodes(total, options.percentageOfNodesToScore);
  const order = narrowed === undefined ? nodes : nodes.filter((node) => narrowed.has(node.name));
  if (narrowed !== undefined)
    note(search, "node(s) didn't satisfy plugin(s) [NodeAffinity]", nodes.length - order.length);
  for (let i = 0; i < order.length && search.feasible.length < enough; i++) {
    const node = order[(options.start + i) % order.length];
    if (node === undefined) continue;
    search.evaluated++;
    if (passes(filters, node, search)) search.feasible.push(node);
  }
  return search;
}

function passes(
  filters: readonly { readonly name: string; readonly filter: NodeFilter }[],
  node: NodeInfo,
  search: Search,
): boolean {
  for (const { name, filter } of filters) {
    const rejection = filter.check?.(node);
    if (rejection === undefined) continue;
    for (const reason of rejection.reason.split("\n")) note(search, reason, 1);
    search.rejectedBy.add(name);
    return false;
  }
  return true;
}

function note(search: Search, reason: string, count: number): void {
  if (count > 0) search.reasons.set(reason, (search.reasons.get(reason) ?? 0) + count);
}

function intersection(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...a].filter((one) => b.has(one)));
}

function best(
  plugins: readonly SchedulerPlugin[],
  cluster: ClusterView,
  pod: PodInfo,
  feasible: readonly NodeInfo[],
  random: Random,
): NodeInfo {
  const first = feasible[0];
  if (first === undefined) throw new RangeError("There is no feasible node to choose from");
  if (feasible.length === 1) return first;
  const totals = new Float64Array(feasible.length);
  for (const plugin of plugins) {
    const scorer = plugin.score?.(pod, cluster);
    if (scorer !== undefined) addScores(totals, scorer, feasible, plugin.weight ?? 1);
  }
  let highest = first;
  let top = totals[0] ?? 0;
  let ties = 1;
  for (let i = 1; i < feasible.length; i++) {
    const score = totals[i] ?? 0;
    if (score < top) continue;
    ties = score > top ? 1 : ties + 1;
    if (score > top || random.below(ties) === 0) highest = feasible[i] ?? highest;
    top = score;
  }
  return highest;
}

function addScores(
  totals: Float64Array,
  scorer: NodeScorer,
  nodes: readonly NodeInfo[],
  weight: number,
): void {
  if (scorer.normalize === "asIs") {
    for (let i = 0; i < nodes.length; i++)
      totals[i] = (totals[i] ?? 0) + weight * scorer.score(nodes[i] as NodeInfo);
    return;
  }
  const raw = nodes.map((node) => scorer.score(node));
  const most = Math.max(0, ...raw);
  for (let i = 0; i < raw.length; i++) {
    const share = most === 0 ? 0 : Math.floor(((raw[i] ?? 0) * 100) / most);
    totals[i] = (totals[i] ?? 0) + weight * (scorer.normalize === "lowest" ? 100 - share : share);
  }
}
