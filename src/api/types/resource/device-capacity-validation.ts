/** Validation of how much of a device's capacity one request may take. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { Quantity } from "../../quantity.ts";
import type { CapacityRequestPolicy, CapacityRequestPolicyRange, DeviceCapacity } from "./device.ts";

const maxValidValues = 10;

/** `shared`: several requests may be given the device. */
export function validateCapacity(
  { value, requestPolicy: policy }: DeviceCapacity,
  path: string,
  errors: FieldErrors,
  { shared }: { readonly shared: boolean },
): void {
  if (policy === undefined) return;
  const here = at(path, "requestPolicy");
  if (!shared) return errors.forbidden(here, "allowMultipleAllocations must be true");
  validatePolicy(policy, Quantity.parse(value), here, errors);
}

function validatePolicy(
  policy: CapacityRequestPolicy,
  capacity: Quantity,
  path: string,
  errors: FieldErrors,
): void {
  const { validValues = [], validRange, default: usual } = policy;
  if (validValues.length > 0 && validRange !== undefined)
    return errors.forbidden(path, "cannot specify `validValues` and `validRange` at the same time");
  if (validValues.length === 0 && validRange === undefined) return;
  if (usual === undefined || usual === null) return errors.required(at(path, "default"));
  if (validRange === undefined)
    validateValues(validValues.map(Quantity.parse), usual, capacity, at(path, "validValues"), errors);
  else validateRange(validRange, Quantity.parse(usual), capacity, at(path, "validRange"), errors);
}

/** In order, each once and within the capacity, the default among them. */
function validateValues(
  values: readonly Quantity[],
  usual: string,
  capacity: Quantity,
  path: string,
  errors: FieldErrors,
): void {
  for (const [i, value] of values.entries()) {
    const before = values[i - 1];
    if (before !== undefined && before.compare(value) > 0)
      errors.invalid(at(path, i), String(value), "values must be sorted in ascending order");
  }
  if (values.length > maxValidValues) errors.tooMany(path, values.length, maxValidValues);
  else {
    for (const [i, value] of values.entries()) {
      if (value.compare(capacity) > 0)
        errors.invalid(at(path, i), String(value), "is larger than the capacity");
      if (values.findIndex((other) => other.toUnits() === value.toUnits()) < i)
        errors.duplicate(at(path, i), String(value));
    }
  }
  const isListed =
    values.length <= maxValidValues && values.some((one) => one.compare(Quantity.parse(usual)) === 0);
  if (!isListed) errors.invalid(path, usual, "default value is not valid according to the requestPolicy");
}

function validateRange(
  range: CapacityRequestPolicyRange,
  usual: Quantity,
  capacity: Quantity,
  path: string,
  errors: FieldErrors,
): void {
  const [min, max, step] = [range.min, range.max, range.step].map((text) =>
    text === undefined ? undefined : Quantity.parse(text),
  );
  if (min === undefined) return errors.required(at(path, "min"), "required when validRange is defined");
  const complain = (field: string, value: Quantity, why: string): void =>
    errors.invalid(at(path, field), String(value), why);
  if (min.compare(capacity) > 0) complain("min", min, "is larger than the capacity");
  if (usual.compare(min) < 0) complain("default", usual, "is less than min");
  if (max !== undefined) {
    if (min.compare(max) > 0) complain("max", min, "min is larger than max");
    if (max.compare(capacity) > 0) complain("max", max, "is larger than the capacity");
    if (usual.compare(max) > 0) complain("default", usual, "is more than max");
  }
  if (step === undefined) return;
  if (min.plus(step).compare(capacity) > 0) complain("step", step, "one step is larger than the capacity");
  for (const value of [usual, ...(max === undefined ? [] : [max])]) {
    if (step.sign > 0 && (value.toUnits() - min.toUnits()) % step.toUnits() !== 0)
      complain("step", value, "is not a multiple of a given step from min");
  }
}
