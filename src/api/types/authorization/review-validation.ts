/** Validation of access reviews: one question, about somebody, and no metadata. */
import type { FieldErrors } from "../../field-errors.ts";
import type { ObjectMeta } from "../meta/object-meta.ts";
import type {
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SubjectAccessReview,
} from "./access-review.ts";

type Question = Pick<SubjectAccessReview["spec"], "resourceAttributes" | "nonResourceAttributes">;

function validateQuestion(
  { resourceAttributes, nonResourceAttributes }: Question,
  errors: FieldErrors,
): void {
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    errors.invalid(
      "spec.nonResourceAttributes",
      nonResourceAttributes,
      "cannot be specified in combination with resourceAttributes",
    );
  }
  if (resourceAttributes === undefined && nonResourceAttributes === undefined) {
    errors.invalid(
      "spec.resourceAttributes",
      null,
      "exactly one of nonResourceAttributes or resourceAttributes must be specified",
    );
  }
}

function validateWho({ user = "", groups = [] }: SubjectAccessReview["spec"], errors: FieldErrors): void {
  if (user === "" && groups.length === 0)
    errors.invalid("spec.user", user, "at least one of user or group must be specified");
}

/** Managed fields are the server's own. */
function validateNoMetadata(
  meta: ObjectMeta,
  errors: FieldErrors,
  allowed: readonly (keyof ObjectMeta)[] = [],
): void {
  const given = Object.keys(meta).filter(
    (field) => field !== "managedFields" && !allowed.includes(field as keyof ObjectMeta),
  );
  if (given.length > 0) errors.invalid("metadata", given, "must be empty");
}

export function validateSubjectReview(review: SubjectAccessReview, errors: FieldErrors): void {
  validateQuestion(review.spec, errors);
  validateWho(review.spec, errors);
  validateNoMetadata(review.metadata, errors);
}

export function validateSelfReview(review: SelfSubjectAccessReview, errors: FieldErrors): void {
  validateQuestion(review.spec, errors);
  validateNoMetadata(review.metadata, errors);
}

export function validateLocalReview(review: LocalSubjectAccessReview, errors: FieldErrors): void {
  const { metadata, spec } = review;
  validateQuestion(spec, errors);
  validateWho(spec, errors);
  validateNoMetadata(metadata, errors, ["namespace"]);
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (
    resourceAttributes !== undefined &&
    (resourceAttributes.namespace ?? "") !== (metadata.namespace ?? "")
  ) {
    errors.invalid(
      "spec.resourceAttributes.namespace",
      resourceAttributes.namespace ?? "",
      "must match metadata.namespace",
    );
  }
  if (nonResourceAttributes !== undefined) {
    errors.invalid("spec.nonResourceAttributes", nonResourceAttributes, "disallowed on this kind of request");
  }
}
