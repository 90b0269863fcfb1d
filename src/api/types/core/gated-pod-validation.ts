/** What may change of where a pod can run while gates hold it back: its nodes can only become fewer. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { sameField } from "../../same-of.ts";
import { NodeSelectorTerm } from "./node-selector.ts";
import type { PodSpec } from "./pod.ts";

const required = "requiredDuringSchedulingIgnoredDuringExecution";
const lists = ["matchExpressions", "matchFields"] as const;

export function validateGatedReach(spec: PodSpec, old: PodSpec, errors: FieldErrors): void {
  const [now, before] = [spec.nodeSelector ?? {}, old.nodeSelector ?? {}];
  if (Object.entries(before).some(([key, value]) => now[key] !== value))
    errors.invalid("spec.nodeSelector", now, "only additions are allowed");
  const terms = old.affinity?.nodeAffinity?.[required]?.nodeSelectorTerms ?? [];
  if (terms.length === 0) return;
  const path = `spec.affinity.nodeAffinity.${required}.nodeSelectorTerms`;
  const wanted = spec.affinity?.nodeAffinity?.[required]?.nodeSelectorTerms ?? [];
  if (wanted.length !== terms.length)
    return errors.invalid(path, wanted, "no term may be added or taken away");
  for (const [i, term] of terms.entries()) {
    if (!extendsTerm(wanted[i] ?? {}, term))
      errors.invalid(at(path, i), wanted[i], "only additions are allowed");
  }
}

/** An empty term matches nothing, and so stays empty; others get more at their end. */
function extendsTerm(term: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  if (lists.every((list) => (old[list] ?? []).length === 0))
    return lists.every((list) => (term[list] ?? []).length === 0);
  return lists.every((list) => {
    const start = { [list]: term[list]?.slice(0, old[list]?.length ?? 0) };
    return sameField(NodeSelectorTerm, list, start, old);
  });
}
