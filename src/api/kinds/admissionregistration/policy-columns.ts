/** Cells of admission policies and their bindings. */
import type { ParamKind, ParamRef } from "../../types/admissionregistration/mod.ts";

/** `example.com/v1/Limit`. */
export function paramKindText(kind: ParamKind | undefined): string {
  return kind === undefined ? "<unset>" : `${kind.apiVersion ?? ""}/${kind.kind ?? ""}`;
}

/** `namespace/name`; parameters that are selected by labels as upstream's programs write a selector down. */
export function paramRefText(ref: ParamRef | undefined): string {
  if (ref?.name) return ref.namespace ? `${ref.namespace}/${ref.name}` : `*/${ref.name}`;
  if (ref?.selector === undefined) return "<unset>";
  const { matchLabels = {}, matchExpressions = [] } = ref.selector;
  const labels = Object.keys(matchLabels)
    .sort()
    .map((key) => `${key}: ${matchLabels[key]},`);
  const terms = matchExpressions.map(
    ({ key, operator, values }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${(values ?? []).join(" ")}],},`,
  );
  const list = `[]LabelSelectorRequirement{${terms.join("")}}`;
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join("")}},MatchExpressions:${list},}`;
}
