/** Node selector terms: expressions over labels and over `metadata.name`, all of a term, any of several terms. */
import type { core, NodeSelectorTerm } from "#api";
import type { NodeInfo } from "./node-info.ts";

/** True when any term matches; an empty term matches nothing, as upstream. */
export function matchesTerms(terms: readonly NodeSelectorTerm[], node: NodeInfo): boolean {
  return terms.some((term) => matchesTerm(term, node));
}

export function matchesTerm(term: NodeSelectorTerm, node: NodeInfo): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  return (
    expressions.every((one) => matchesRequirement(one, node.labels[one.key])) &&
    fields.every((one) => matchesRequirement(one, one.key === "metadata.name" ? node.name : undefined))
  );
}

function matchesRequirement(requirement: core.NodeSelectorRequirement, value: string | undefined): boolean {
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
    case "Lt": {
      if (value === undefined || !/^[+-]?\d+$/.test(value)) return false;
      const difference = BigInt(value) - BigInt(values[0] ?? "0");
      return requirement.operator === "Gt" ? difference > 0n : difference < 0n;
    }
    default:
      return false;
  }
}
