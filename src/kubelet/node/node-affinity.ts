/** Whether a node has the labels (and name) that a pod requires of it. */
import { matchesNodeTerms, type Node, type Pod } from "#api";

export function nodeFits(pod: Pod, node: Node): boolean {
  const { name = "", labels = {} } = node.metadata;
  const selected = Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return (
    selected && (required === undefined || matchesNodeTerms(required.nodeSelectorTerms, { name, labels }))
  );
}
