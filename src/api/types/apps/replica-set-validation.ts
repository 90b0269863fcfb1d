/** Validation of replica sets. */
import type { FieldErrors } from "../../field-errors.ts";
import { validateSelectedTemplate } from "../core/pod-template-validation.ts";
import { validateCounts } from "../meta/count-validation.ts";
import { validateImmutable } from "../meta/immutable-validation.ts";
import { type ReplicaSet, ReplicaSetSpec } from "./replica-set.ts";

export function validateReplicaSet({ spec }: ReplicaSet, errors: FieldErrors): void {
  validateCounts(spec, ["replicas", "minReadySeconds"], "spec", errors);
  validateSelectedTemplate(spec.selector, spec.template, "spec", errors);
}

export function validateReplicaSetUpdate(set: ReplicaSet, old: ReplicaSet, errors: FieldErrors): void {
  validateReplicaSet(set, errors);
  validateImmutable(ReplicaSetSpec, ["selector"], set.spec, old.spec, "spec", errors);
}

const counts = [
  "replicas",
  "fullyLabeledReplicas",
  "readyReplicas",
  "availableReplicas",
  "terminatingReplicas",
  "observedGeneration",
] as const;

/** Shared with ReplicationController, whose status is the same. */
export function validateReplicaSetStatus(
  { status }: Pick<ReplicaSet, "status">,
  _old: unknown,
  errors: FieldErrors,
): void {
  validateCounts(status, counts, "status", errors);
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  for (const field of ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"] as const) {
    const value = status[field] ?? 0;
    if (value > replicas) errors.invalid(`status.${field}`, value, "cannot be greater than status.replicas");
  }
  if (availableReplicas > readyReplicas) {
    errors.invalid("status.availableReplicas", availableReplicas, "cannot be greater than readyReplicas");
  }
}
