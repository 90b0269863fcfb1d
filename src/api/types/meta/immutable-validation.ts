/** Fields that are set once and for good. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { sameField } from "../../same-of.ts";
import type { Type } from "../../schema/mod.ts";

/** `validateImmutable(JobSpec, ["managedBy"], job.spec, old.spec, "spec", errors)` */
export function validateImmutable<T>(
  type: Type<T>,
  names: readonly (keyof T & string)[],
  now: Partial<T>,
  before: Partial<T>,
  path: string,
  errors: FieldErrors,
): void {
  for (const name of names) {
    if (!sameField(type, name, now, before))
      errors.invalid(at(path, name), now[name] ?? null, "field is immutable");
  }
}
