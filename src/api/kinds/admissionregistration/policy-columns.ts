/** Cells of admission policies and their bindings. */
import type { ParamKind, ParamRef } from "../../types/admissionregistration/mod.ts";

/** `example.com/v1/Limit`. */
export function paramKindText(kind: ParamKind | undefined): string {
  return kind === undefined ? "<unset>" : `${kind.apiVersion ?? ""}/${kind.kind ?? ""}`;
}

/** `namespace/name`, `*` for parameters by selector. */
export function paramRefText(ref: ParamRef | undefined): string {
  if (ref === undefined) return "<unset>";
  if (!ref.name) return "*";
  return ref.namespace ? `${ref.namespace}/${ref.name}` : `*/${ref.name}`;
}
