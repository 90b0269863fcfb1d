/** Validation of device classes. Expressions are compiled where CEL is. */
import { at, type FieldErrors } from "../../field-errors.ts";
import type { DeviceSelector } from "./device.ts";
import type { DeviceClass } from "./device-class.ts";

const maxSelectors = 32;
const maxExpressionBytes = 10 * 1024;

export function validateDeviceClass({ spec }: DeviceClass, errors: FieldErrors): void {
  validateSelectors(spec.selectors ?? [], "spec.selectors", errors);
}

/** Shared with requests. */
export function validateSelectors(
  selectors: readonly DeviceSelector[],
  path: string,
  errors: FieldErrors,
): void {
  if (selectors.length > maxSelectors) errors.tooMany(path, selectors.length, maxSelectors);
  for (const [i, { cel }] of selectors.entries()) {
    const here = at(at(path, i), "cel");
    if (cel === undefined) errors.required(here);
    else if (cel.expression.trim() === "")
      errors.invalid(at(here, "expression"), cel.expression, "must be an expression");
    else if (cel.expression.length > maxExpressionBytes)
      errors.tooLong(at(here, "expression"), maxExpressionBytes);
  }
}
