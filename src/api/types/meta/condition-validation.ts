/** Validation of meta.k8s.io/v1 conditions, in the statuses that check them. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { byteLength } from "../../names/check.ts";
import { qualifiedName } from "../../names/qualified-name.ts";
import type { Condition } from "./condition.ts";

const statuses = ["False", "True", "Unknown"];
const reasonForm = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/;
const maxReasonBytes = 1024;
const maxMessageBytes = 32 * 1024;

/** One condition of each type, each complete. */
export function validateConditions(
  conditions: readonly Condition[] | null | undefined,
  path: string,
  errors: FieldErrors,
): void {
  const types = new Set<string>();
  for (const [i, condition] of (conditions ?? []).entries()) {
    const here = at(path, i);
    if (types.has(condition.type)) errors.duplicate(at(here, "type"), condition.type);
    types.add(condition.type);
    validateCondition(condition, here, errors);
  }
}

function validateCondition(condition: Condition, path: string, errors: FieldErrors): void {
  const { type, status, observedGeneration = 0, lastTransitionTime, reason, message } = condition;
  errors.invalidEach(at(path, "type"), type, qualifiedName(type));
  if (!statuses.includes(status)) errors.notSupported(at(path, "status"), status, statuses);
  if (observedGeneration < 0)
    errors.invalid(at(path, "observedGeneration"), observedGeneration, "must not be negative");
  if (!lastTransitionTime) errors.required(at(path, "lastTransitionTime"), "must be set");
  if (reason === "") errors.required(at(path, "reason"), "must be set");
  else if (!reasonForm.test(reason))
    errors.invalid(at(path, "reason"), reason, "must be a word that starts with a letter");
  if (byteLength(reason) > maxReasonBytes) errors.tooLong(at(path, "reason"), maxReasonBytes);
  if (byteLength(message) > maxMessageBytes) errors.tooLong(at(path, "message"), maxMessageBytes);
}
