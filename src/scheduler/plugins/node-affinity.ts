/** `nodeSelector` and node affinity: required terms filter, preferred terms score. */
import { matchesNodeTerm, matchesNodeTerms, type NodeSelectorTerm } from "#api";
import type { NodeFilter, SchedulerPlugin } from "../framework.ts";
import type { NodeInfo } from "../node-info.ts";
import type { PodInfo } from "../pod-info.ts";

const rejection = { reason: "node(s) didn't match Pod's node affinity/selector", resolvable: false };

export const nodeAffinity: SchedulerPlugin = {
  name: "NodeAffinity",
  weight: 2,
  filter(pod) {
    const selector = Object.entries(pod.pod.spec.nodeSelector ?? {});
    const terms = requiredTerms(pod);
    if (selector.length === 0 && terms === undefined) return undefined;
    const names = terms === undefined ? undefined : namesOf(terms);
    const filter: NodeFilter = {
      check(node) {
        const labels = node.labels;
        const selected = selector.every(([key, value]) => labels[key] === value);
        return selected && (terms === undefined || matchesNodeTerms(terms, node)) ? undefined : rejection;
      },
    };
    return names === undefined ? filter : { ...filter, nodes: names };
  },
  score(pod) {
    const preferred =
      pod.pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    if (preferred.length === 0) return undefined;
    return {
      normalize: "highest",
      score: (node) =>
        preferred.reduce((sum, one) => sum + (matchesNodeTerm(one.preference, node) ? one.weight : 0), 0),
    };
  },
  mayHelp: (event, pod) =>
    (event.type === "nodeAdded" || (event.type === "nodeChanged" && event.what.labels)) &&
    matchesRequired(pod, event.node),
};

function requiredTerms(pod: PodInfo): readonly NodeSelectorTerm[] | undefined {
  return (
    pod.pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ??
    undefined
  );
}

function matchesRequired(pod: PodInfo, node: NodeInfo): boolean {
  const terms = requiredTerms(pod);
  const selector = Object.entries(pod.pod.spec.nodeSelector ?? {});
  return (
    selector.every(([key, value]) => node.labels[key] === value) &&
    (terms === undefined || matchesNodeTerms(terms, node))
  );
}

/** The only names that can match, when every term asks for `metadata.name In [...]` (daemon pods). */
function namesOf(terms: readonly NodeSelectorTerm[]): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const term of terms) {
    const field = (term.matchFields ?? []).find(
      (one) => one.key === "metadata.name" && one.operator === "In",
    );
    if (field === undefined) return undefined;
    for (const name of field.values ?? []) names.add(name);
  }
  return terms.length === 0 ? undefined : names;
}
