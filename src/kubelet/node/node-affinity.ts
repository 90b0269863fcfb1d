/** Whether a node has the labels (and name) that a pod requires of it. */
import type { core, Node, NodeSelectorTerm, Pod } from "#api";

export function nodeFits(pod: Pod, node: Node): boolean {
  const labels = new Map(Object.entries(node.metadata.labels ?? {}));
  const selected = Object.entries(pod.spec.nodeSelector ?? {}).every(
    ([key, value]) => labels.get(key) === value,
  );
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (!selected || required === undefined) return selected;
  const fields = new Map([["metadata.name", node.metadata.name ?? ""]]);
  return required.nodeSelectorTerms.some((term) => termFits(term, labels, fields));
}

/** A term with no requirements fits nothing. */
function termFits(
  term: NodeSelectorTerm,
  labels: ReadonlyMap<string, string>,
  fields: ReadonlyMap<string, string>,
): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length + matchFields.length === 0) return false;
  return (
    matchExpressions.every((one) => holds(one, labels.get(one.key))) &&
    matchFields.every((one) => holds(one, fields.get(one.key)))
  );
}

function holds({ operator, values = [] }: core.NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && Number(value) > Number(values[0]);
    case "Lt":
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}
