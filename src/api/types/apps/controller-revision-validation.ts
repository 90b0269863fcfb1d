/** Validation of controller revisions: data that never changes, and a number. */
import { same } from "../../equal.ts";
import type { FieldErrors } from "../../field-errors.ts";
import { validateCounts } from "../meta/count-validation.ts";
import type { ControllerRevision } from "./controller-revision.ts";

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
  if (!same(revision.data, old.data)) errors.invalid("data", null, "field is immutable");
}
