/**
 * Validation of what claims, classes and slices say of devices: selectors, configuration, taints and tolerations, and
 * the names of drivers, pools and attributes. Expressions are compiled where CEL is.
 */
import { at, type FieldErrors } from "../../field-errors.ts";
import { byteLength } from "../../names/check.ts";
import { dnsSubdomain } from "../../names/dns.ts";
import { cIdentifier, labelValue, qualifiedName } from "../../names/qualified-name.ts";
import { validateDriverName } from "../core/volume-validation.ts";
import type { DeviceConfiguration, DeviceSelector, DeviceTaint, DeviceToleration } from "./device.ts";

const maxSelectors = 32;
export const maxConfigurations = 32;
const maxExpressionBytes = 10 * 1024;
const maxParameterBytes = 10 * 1024;
const maxPoolBytes = 253;
const maxIdentifierBytes = 32;
const maxBindingConditions = 4;
const effects = ["NoExecute", "NoSchedule", "None"];
const operators = ["Equal", "Exists"];
const uidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Each item, unless there are too many to look at. */
export function validateItems<T>(
  items: readonly T[] | undefined,
  max: number,
  path: string,
  errors: FieldErrors,
  validate: (item: T, path: string) => void,
): void {
  if (items === undefined) return;
  if (items.length > max) return errors.tooMany(path, items.length, max);
  for (const [i, item] of items.entries()) validate(item, at(path, i));
}

/** The same of items that differ in their keys. */
export function validateSet<T>(
  items: readonly T[] | undefined,
  max: number,
  path: string,
  errors: FieldErrors,
  validate: (item: T, path: string) => void,
  keyOf: (item: T) => string,
): void {
  if (items === undefined) return;
  validateItems(items, max, path, errors, validate);
  if (items.length > max) return;
  const seen = new Set<string>();
  for (const [i, item] of items.entries()) {
    const key = keyOf(item);
    if (seen.has(key)) errors.duplicate(at(path, i), key);
    seen.add(key);
  }
}

export function validateSelectors(
  selectors: readonly DeviceSelector[] | undefined,
  path: string,
  errors: FieldErrors,
): void {
  validateItems(selectors, maxSelectors, path, errors, ({ cel }, here) => {
    const expression = at(at(here, "cel"), "expression");
    if (cel === undefined) errors.required(at(here, "cel"));
    else if (cel.expression.trim() === "")
      errors.invalid(expression, cel.expression, "must be an expression");
    else if (byteLength(cel.expression) > maxExpressionBytes) errors.tooLong(expression, maxExpressionBytes);
  });
}

export function validateConfiguration(
  { opaque }: DeviceConfiguration,
  path: string,
  errors: FieldErrors,
): void {
  const here = at(path, "opaque");
  if (opaque === undefined) return errors.required(here);
  validateDriverName(opaque.driver, at(here, "driver"), errors);
  validateRaw(opaque.parameters, at(here, "parameters"), errors);
}

/** An object of whatever a driver understands. */
export function validateRaw(value: unknown, path: string, errors: FieldErrors): void {
  if (value === undefined || value === null) errors.required(path);
  else if (byteLength(JSON.stringify(value)) > maxParameterBytes) errors.tooLong(path, maxParameterBytes);
  else if (typeof value !== "object" || Array.isArray(value))
    errors.invalid(path, "<value omitted>", "must be a valid JSON object");
}

export function validateToleration(
  { key, operator = "", value = "", effect }: DeviceToleration,
  path: string,
  errors: FieldErrors,
): void {
  if (key) errors.invalidEach(at(path, "key"), key, qualifiedName(key));
  if (operator === "") errors.required(at(path, "operator"));
  else if (!operators.includes(operator)) errors.notSupported(at(path, "operator"), operator, operators);
  else if (operator === "Equal") errors.invalidEach(at(path, "value"), value, labelValue(value));
  else if (value !== "") errors.invalid(at(path, "value"), value, "must be empty for operator `Exists`");
  if (effect && !effects.includes(effect)) errors.notSupported(at(path, "effect"), effect, effects);
}

export function validateTaint(
  { key, value = "", effect }: DeviceTaint,
  path: string,
  errors: FieldErrors,
): void {
  errors.invalidEach(at(path, "key"), key, qualifiedName(key));
  errors.invalidEach(at(path, "value"), value, labelValue(value));
  if (!effect) errors.required(at(path, "effect"));
  else if (!effects.includes(effect)) errors.notSupported(at(path, "effect"), effect, effects);
}

export function validatePoolName(name: string, path: string, errors: FieldErrors): void {
  if (name === "") return errors.required(path);
  if (name.length > maxPoolBytes) errors.tooLong(path, maxPoolBytes);
  for (const part of name.split("/")) errors.invalidEach(path, name, dnsSubdomain(part));
}

/** `model`, or `example.com/model`. */
export function validateAttributeName(name: string, path: string, errors: FieldErrors): void {
  const [first = "", second, ...rest] = name.split("/");
  if (rest.length > 0) return errors.invalid(path, name, "must not contain more than one slash");
  if (second === undefined) return validateIdentifier(first, path, errors);
  if (first === "") errors.invalid(path, "", "the domain must not be empty");
  else validateDriverName(first, path, errors);
  if (second === "") errors.invalid(path, "", "the name must not be empty");
  else validateIdentifier(second, path, errors);
}

export function validateFullAttributeName(name: string, path: string, errors: FieldErrors): void {
  validateAttributeName(name, path, errors);
  if (!name.includes("/")) errors.invalid(path, name, "must be a domain and a name separated by a slash");
}

function validateIdentifier(id: string, path: string, errors: FieldErrors): void {
  if (byteLength(id) > maxIdentifierBytes) errors.tooLong(path, maxIdentifierBytes);
  errors.invalidEach(path, id, cIdentifier(id));
}

export function validateShareId(id: string | undefined, path: string, errors: FieldErrors): void {
  if (id !== undefined && !uidForm.test(id)) errors.invalid(path, id, "must be a UUID in lowercase");
}

interface Binding {
  readonly bindingConditions?: readonly string[];
  readonly bindingFailureConditions?: readonly string[];
}

/** Conditions that a pod waits for before it is bound, and those that end the wait: both or neither, all different. */
export function validateBinding(device: Binding, path: string, errors: FieldErrors): void {
  const { bindingConditions: good = [], bindingFailureConditions: bad = [] } = device;
  const [goodPath, badPath] = [at(path, "bindingConditions"), at(path, "bindingFailureConditions")];
  for (const [list, here] of [
    [good, goodPath],
    [bad, badPath],
  ] as const) {
    validateItems(list, maxBindingConditions, here, errors, (one, path) =>
      errors.invalidEach(path, one, qualifiedName(one)),
    );
    for (const [i, one] of list.entries()) if (list.indexOf(one) < i) errors.duplicate(at(here, i), one);
  }
  for (const [i, one] of bad.entries()) {
    if (good.includes(one)) errors.invalid(at(badPath, i), one, "must not be in bindingConditions too");
  }
  if (good.length === 0 && bad.length > 0)
    errors.invalid(goodPath, good, "are required to use bindingFailureConditions");
  if (bad.length === 0 && good.length > 0)
    errors.invalid(badPath, bad, "are required to use bindingConditions");
}
