/** Validation of limit ranges: per type of object, and min <= default request <= default <= max. */
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import { qualifiedName } from "../../names/qualified-name.ts";
import { Quantity } from "../../quantity.ts";
import type { LimitRange, LimitRangeItem } from "./limit-range.ts";
import { isStandardResource } from "./resources-validation.ts";

const amounts = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] as const;
type Amount = (typeof amounts)[number];

/** What must not exceed what. */
const orders: readonly (readonly [lower: Amount, upper: Amount])[] = [
  ["min", "max"],
  ["defaultRequest", "max"],
  ["defaultRequest", "default"],
  ["default", "max"],
];
const least: readonly Amount[] = ["defaultRequest", "default"];

export function validateLimitRange({ spec }: LimitRange, errors: FieldErrors): void {
  const seen = new Set<string>();
  for (const [i, item] of (spec.limits ?? []).entries()) {
    const path = at("spec.limits", i);
    validateType(item.type, at(path, "type"), errors);
    if (seen.has(item.type)) errors.duplicate(at(path, "type"), item.type);
    seen.add(item.type);
    validateItem(item, path, errors);
  }
}

/** Any qualified name; without a domain it must be one that Kubernetes limits. */
function validateType(type: string, path: string, errors: FieldErrors): void {
  const complaints = qualifiedName(type);
  if (complaints.length > 0) return errors.invalidEach(path, type, complaints);
  const known = ["Pod", "Container", "PersistentVolumeClaim"];
  if (!type.includes("/") && !known.includes(type))
    errors.invalid(path, type, `must be one of ${known.join(", ")}, or have a domain`);
}

function validateItem(item: LimitRangeItem, path: string, errors: FieldErrors): void {
  if (item.type === "Pod") {
    for (const field of ["default", "defaultRequest"] as const) {
      if (Object.keys(item[field] ?? {}).length > 0)
        errors.forbidden(at(path, field), `may not be specified when \`type\` is '${item.type}'`);
    }
  }
  if (
    item.type === "PersistentVolumeClaim" &&
    item.min?.storage === undefined &&
    item.max?.storage === undefined
  ) {
    errors.required(path, "either minimum or maximum storage value is required, but neither was provided");
  }
  const names = new Set<string>();
  for (const amount of amounts) {
    if (item.type === "Pod" && least.includes(amount)) continue;
    for (const name of Object.keys(item[amount] ?? {})) {
      validateName(name, item.type, atKey(at(path, amount), name), errors);
      names.add(name);
    }
  }
  for (const name of names) validateOrder(item, name, path, errors);
}

function validateName(name: string, type: string, path: string, errors: FieldErrors): void {
  const complaints = qualifiedName(name);
  if (complaints.length > 0) return errors.invalidEach(path, name, complaints);
  if (name.includes("/")) return;
  if (!isStandardResource(name)) errors.invalid(path, name, "must be a standard resource or have a domain");
  const containers = ["cpu", "memory", "ephemeral-storage"];
  if (type === "Container" && !containers.includes(name) && !name.startsWith("hugepages-")) {
    errors.invalid(path, name, "must be a standard resource of containers");
  }
}

function validateOrder(item: LimitRangeItem, name: string, path: string, errors: FieldErrors): void {
  const amountOf = (field: Amount) => {
    const text = item[field]?.[name];
    return text === undefined ? undefined : Quantity.parse(text);
  };
  for (const [lower, upper] of orders) {
    const [low, high] = [amountOf(lower), amountOf(upper)];
    if (low === undefined || high === undefined || low.compare(high) <= 0) continue;
    errors.invalid(
      atKey(at(path, lower), name),
      low.toString(),
      `${lower} value ${low} is greater than ${upper} value ${high}`,
    );
  }
  for (const upper of least) {
    const [low, high] = [amountOf("min"), amountOf(upper)];
    if (low !== undefined && high !== undefined && low.compare(high) > 0) {
      errors.invalid(
        atKey(at(path, "min"), name),
        low.toString(),
        `min value ${low} is greater than ${upper} value ${high}`,
      );
    }
  }
  const ratio = amountOf("maxLimitRequestRatio");
  if (ratio === undefined) return;
  const here = atKey(at(path, "maxLimitRequestRatio"), name);
  if (ratio.compare(Quantity.of(1)) < 0)
    errors.invalid(here, ratio.toString(), `ratio ${ratio} is less than 1`);
  const [low, high] = [amountOf("min"), amountOf("max")];
  if (low === undefined || high === undefined || low.sign === 0) return;
  if (ratio.toNumber() > high.toNumber() / low.toNumber()) {
    errors.invalid(here, ratio.toString(), `ratio ${ratio} is greater than max/min`);
  }
}
