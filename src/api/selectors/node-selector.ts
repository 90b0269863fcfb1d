/**
 * Node selector terms: requirements on labels and on `metadata.name`, all of a term, any of several terms. The scheduler
 * chooses by them, and the kubelet admits by them.
 */
import type { NodeSelectorRequirement, NodeSelectorTerm } from "../types/core/node-selector.ts";

/** What terms look at of a node. */
export interface SelectableNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** True when any term matches. */
export function matchesNodeTerms(terms: readonly NodeSelectorTerm[], node: SelectableNode): boolean {
  return terms.some((term) => matchesNodeTerm(term, node));
}

/** A term without requirements matches nothing, as upstream. */
export function matchesNodeTerm(term: NodeSelectorTerm, { name, labels }: SelectableNode): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length + matchFields.length === 0) return false;
  const valueOf = (key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  return (
    matchExpressions.every((one) => holds(one, valueOf(one.key))) &&
    matchFields.every((one) => holds(one, one.key === "metadata.name" ? name : undefined))
  );
}

function holds({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
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
    case "Lt": {
      if (value === undefined || !/^[+-]?\d+$/.test(value)) return false;
      const difference = BigInt(value) - BigInt(values[0] ?? "0");
      return operator === "Gt" ? difference > 0n : difference < 0n;
    }
    default:
      return false;
  }
}
