/** Validation of controller revisions: data that never changes, and a number. */
import type { FieldErrors } from "../../field-errors.ts";
import { validateCounts } from "../meta/count-validation.ts";
import { validateImmutable } from "../meta/immutable-validation.ts";
import { ControllerRevision } from "./controller-revision.ts";

export function validateControllerRevision(revision: ControllerRevision, errors: FieldErrors): void {
  if (revision.data === undefined || revision.data === null) errors.required("data", "data is mandatory");
  validateCounts(revision, ["revision"], "", errors);
}

export function validateControllerRevisionUpdate(
  revision: ControllerRevision,
  old: ControllerRevision,
  errors: FieldErrors,
): void {
  validateControllerRevision(revision, errors);
  validateImmutable(ControllerRevision, ["data"], revision, old, "", errors);
}
