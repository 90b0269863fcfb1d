/** What may change of where a pod can run while gates hold it back: its nodes can only become fewer. */
import { same } from "../../equal.ts";
import { at, type FieldErrors } from "../../field-errors.ts";
import type { NodeSelectorTerm } from "./node-selector.ts";
import type { PodSpec } from "./pod.ts";

const required = "requiredDuringSchedulingIgnoredDuringExecution";

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
  const lists = (["matchExpressions", "matchFields"] as const).map(
    (field) => [term[field] ?? [], old[field] ?? []] as const,
  );
  if (lists.every(([, before]) => before.length === 0)) return lists.every(([now]) => now.length === 0);
  return lists.every(([now, before]) => same(now.slice(0, before.length), before));
}
