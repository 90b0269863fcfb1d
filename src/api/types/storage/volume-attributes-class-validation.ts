/** Validation of volume attributes classes, which never change. */
import { same } from "../../equal.ts";
import type { FieldErrors } from "../../field-errors.ts";
import { validateDriverName } from "../core/volume-validation.ts";
import { validateParameters } from "./storage-class-validation.ts";
import type { VolumeAttributesClass } from "./volume-attributes-class.ts";

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
  if (!same(one.driverName, old.driverName)) errors.forbidden("driverName", "updates are forbidden");
  if (!same(one.parameters, old.parameters)) errors.forbidden("parameters", "updates are forbidden");
}
