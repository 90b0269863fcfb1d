/** Validation of device classes. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { isExtendedResource } from "../core/resources-validation.ts";
import type { DeviceClass } from "./device-class.ts";
import {
  maxConfigurations,
  validateConfiguration,
  validateItems,
  validateSelectors,
} from "./device-validation.ts";

export function validateDeviceClass({ spec }: DeviceClass, errors: FieldErrors): void {
  validateSelectors(spec.selectors, "spec.selectors", errors);
  validateItems(spec.config, maxConfigurations, "spec.config", errors, (config, path) =>
    validateConfiguration(config, path, errors),
  );
  const name = spec.extendedResourceName;
  if (name !== undefined && !isExtendedResource(name))
    errors.invalid(at("spec", "extendedResourceName"), name, "must be the name of an extended resource");
}
