/** Validation of values that are a count or a percentage (`3`, `"25%"`). */
import type { FieldErrors } from "../../field-errors.ts";
import { percentage } from "../../names/qualified-name.ts";

export function validateIntOrPercent(value: number | string, path: string, errors: FieldErrors): void {
  if (typeof value === "string") errors.invalidEach(path, value, percentage(value));
  else if (value < 0) errors.invalid(path, value, "must be greater than or equal to 0");
}

/** No percentage above 100. */
export function validateAtMostAll(value: number | string, path: string, errors: FieldErrors): void {
  if (typeof value === "string" && amountOf(value) > 100)
    errors.invalid(path, value, "must not be greater than 100%");
}

/** The number before the percent sign, or the count itself. */
export function amountOf(value: number | string): number {
  return typeof value === "number" ? value : Number.parseInt(value, 10) || 0;
}
