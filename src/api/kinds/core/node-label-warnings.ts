/** Labels of nodes that have newer names: whoever selects by them is told. */
import type { NodeSelectorTerm } from "../../types/core/node-selector.ts";

const deprecatedNodeLabels: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  "beta.kubernetes.io/instance-type":
    'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
  "failure-domain.beta.kubernetes.io/region":
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  "failure-domain.beta.kubernetes.io/zone":
    'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  "failure-domain.kubernetes.io/region":
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  "failure-domain.kubernetes.io/zone": 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
};

/** Undefined when the label is a good one. */
export function nodeLabelWarning(label: string): string | undefined {
  return Object.hasOwn(deprecatedNodeLabels, label) ? deprecatedNodeLabels[label] : undefined;
}

/** Of a map of labels to select by. */
export function selectorWarnings(
  selector: Readonly<Record<string, string>> | undefined,
  path: string,
): readonly string[] {
  if (selector === undefined) return [];
  return Object.keys(selector).flatMap((key) => {
    const why = nodeLabelWarning(key);
    return why === undefined ? [] : [`${path}[${key}]: ${why}`];
  });
}

/** Of the terms of a node selector. */
export function termWarnings(term: NodeSelectorTerm | undefined, path: string): readonly string[] {
  return (term?.matchExpressions ?? []).flatMap(({ key }, i) => {
    const why = nodeLabelWarning(key);
    return why === undefined ? [] : [`${path}.matchExpressions[${i}].key: ${key} is ${why}`];
  });
}
