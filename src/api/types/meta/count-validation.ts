/** Numbers that count something, and so are not negative. */
import { at, type FieldErrors } from "../../field-errors.ts";

/** `validateCounts(spec, ["replicas"], "spec", errors)`; absent fields are good. */
export function validateCounts<T extends object>(
  object: T,
  fields: readonly (keyof T & string)[],
  path: string,
  errors: FieldErrors,
): void {
  for (const field of fields) {
    const value = object[field];
    if (typeof value === "number" && value < 0)
      errors.invalid(at(path, field), value, "must be greater than or equal to 0");
  }
}

interface Colliding {
  readonly collisionCount?: number | undefined;
}

/** How often a workload's hash hit that of another is only counted up. */
export function validateCollisions(status: Colliding, old: Colliding, errors: FieldErrors): void {
  const { collisionCount: count } = status;
  if (old.collisionCount !== undefined && (count ?? -1) < old.collisionCount)
    errors.invalid("status.collisionCount", count ?? null, "cannot be decremented");
}
