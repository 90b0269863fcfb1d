/** Validation of taints and tolerations. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { labelValue, qualifiedName } from "../../names/qualified-name.ts";
import type { Taint, Toleration } from "./taint.ts";

const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

export function validateTaints(taints: readonly Taint[], path: string, errors: FieldErrors): void {
  const seen = new Set<string>();
  for (const [i, taint] of taints.entries()) {
    const here = at(path, i);
    errors.invalidEach(at(here, "key"), taint.key, qualifiedName(taint.key));
    errors.invalidEach(at(here, "value"), taint.value ?? "", labelValue(taint.value ?? ""));
    validateEffect(taint.effect, at(here, "effect"), errors);
    const id = `${taint.effect} ${taint.key}`;
    if (seen.has(id)) errors.duplicate(here, taint);
    seen.add(id);
  }
}

function validateEffect(effect: string, path: string, errors: FieldErrors): void {
  if (effect === "") errors.required(path);
  else if (!effects.includes(effect)) errors.notSupported(path, effect, effects);
}

export function validateTolerations(
  tolerations: readonly Toleration[] | undefined,
  path: string,
  errors: FieldErrors,
): void {
  for (const [i, toleration] of (tolerations ?? []).entries())
    validateToleration(toleration, at(path, i), errors);
}

function validateToleration(toleration: Toleration, path: string, errors: FieldErrors): void {
  const { key = "", operator = "", value = "", effect = "" } = toleration;
  const operatorPath = at(path, "operator");
  if (key !== "") errors.invalidEach(at(path, "key"), key, qualifiedName(key));
  else if (operator !== "Exists") {
    errors.invalid(
      operatorPath,
      operator,
      "must be Exists when `key` is empty, which means all keys and values",
    );
  }
  if (toleration.tolerationSeconds !== undefined && effect !== "NoExecute") {
    errors.invalid(at(path, "effect"), effect, "must be 'NoExecute' when `tolerationSeconds` is set");
  }
  switch (operator) {
    case "":
    case "Equal":
      errors.invalidEach(operatorPath, value, labelValue(value));
      break;
    case "Exists":
      if (value !== "")
        errors.invalid(operatorPath, value, "value must be empty when `operator` is 'Exists'");
      break;
    default:
      errors.notSupported(operatorPath, operator, ["Equal", "Exists"]);
  }
  if (effect !== "") validateEffect(effect, at(path, "effect"), errors);
}
