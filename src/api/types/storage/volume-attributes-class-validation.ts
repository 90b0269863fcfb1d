/** Validation of volume attributes classes, which never change. */
import type { FieldErrors } from "../../field-errors.ts";
import { sameField } from "../../same-of.ts";
import { validateDriverName } from "../core/volume-validation.ts";
import { validateParameters } from "./storage-class-validation.ts";
import { VolumeAttributesClass } from "./volume-attributes-class.ts";

export function validateVolumeAttributesClass(one: VolumeAttributesClass, errors: FieldErrors): void {
  validateDriverName(one.driverName, "driverName", errors);
  if (Object.keys(one.parameters ?? {}).length === 0)
    errors.required("parameters", "must contain at least one key/value pair");
  validateParameters(one.parameters ?? {}, "parameters", errors);
}

export function validateVolumeAttributesClassUpdate(
  one: VolumeAttributesClass,
  old: VolumeAttributesClass,
  errors: FieldErrors,
): void {
  for (const field of ["driverName", "parameters"] as const) {
    if (!sameField(VolumeAttributesClass, field, one, old))
      errors.forbidden(field, `updates to ${field} are forbidden.`);
  }
  validateVolumeAttributesClass(one, errors);
}
