/** Validation of storage classes: who makes volumes, with which parameters, and where. */
import { same } from "../../equal.ts";
import { at, type FieldErrors } from "../../field-errors.ts";
import { byteLength } from "../../names/check.ts";
import { qualifiedName } from "../../names/qualified-name.ts";
import { sameField } from "../../same-of.ts";
import type { TopologySelectorTerm } from "../core/mod.ts";
import { validateImmutable } from "../meta/immutable-validation.ts";
import { StorageClass } from "./storage-class.ts";

const maxParameters = 512;
const maxParameterBytes = 256 * 1024;
const reclaimPolicies = ["Delete", "Retain"];
const bindingModes = ["Immediate", "WaitForFirstConsumer"];

export function validateStorageClass(storageClass: StorageClass, errors: FieldErrors): void {
  const { provisioner, parameters = {}, reclaimPolicy = "", volumeBindingMode } = storageClass;
  if (provisioner === "") errors.required("provisioner");
  else errors.invalidEach("provisioner", provisioner, qualifiedName(provisioner.toLowerCase()));
  validateParameters(parameters, "parameters", errors);
  if (reclaimPolicy !== "" && !reclaimPolicies.includes(reclaimPolicy)) {
    errors.notSupported("reclaimPolicy", reclaimPolicy, reclaimPolicies);
  }
  if (volumeBindingMode === undefined) errors.required("volumeBindingMode");
  else if (!bindingModes.includes(volumeBindingMode))
    errors.notSupported("volumeBindingMode", volumeBindingMode, bindingModes);
  validateTopologies(storageClass.allowedTopologies ?? [], "allowedTopologies", errors);
}

/** Shared with VolumeAttributesClass. */
export function validateParameters(
  parameters: Readonly<Record<string, string>>,
  path: string,
  errors: FieldErrors,
): void {
  const entries = Object.entries(parameters);
  if (entries.length > maxParameters) errors.tooLong(path, maxParameters);
  let total = 0;
  for (const [key, value] of entries) {
    if (key === "") errors.invalid(path, key, "must not be empty");
    total += byteLength(key) + byteLength(value);
  }
  if (total > maxParameterBytes) errors.tooLong(path, maxParameterBytes);
}

function validateTopologies(terms: readonly TopologySelectorTerm[], path: string, errors: FieldErrors): void {
  // A term that asks for nothing counts as a double from the start.
  const seen: Record<string, readonly string[]>[] = [{}];
  for (const [i, term] of terms.entries()) {
    const here = at(at(path, i), "matchLabelExpressions");
    const found = validateTerm(term, here, errors);
    if (seen.some((other) => same(other, found))) errors.duplicate(here, "");
    seen.push(found);
  }
}

/** Values by key, sorted. */
function validateTerm(
  term: TopologySelectorTerm,
  path: string,
  errors: FieldErrors,
): Record<string, readonly string[]> {
  const found: Record<string, readonly string[]> = {};
  for (const [i, { key, values }] of (term.matchLabelExpressions ?? []).entries()) {
    const here = at(path, i);
    const list = values ?? [];
    if (list.length === 0) errors.required(at(here, "values"));
    for (const [j, value] of list.entries()) {
      if (list.indexOf(value) < j) errors.duplicate(at(at(here, "values"), j), value);
    }
    errors.invalidEach(at(here, "key"), key, qualifiedName(key));
    if (Object.hasOwn(found, key)) errors.duplicate(at(here, "key"), key);
    // A key without values is still a key, as an object that is not empty.
    found[key] = list.length === 0 ? [""] : [...new Set(list)].sort();
  }
  return found;
}

export function validateStorageClassUpdate(
  storageClass: StorageClass,
  old: StorageClass,
  errors: FieldErrors,
): void {
  for (const field of ["parameters", "provisioner", "reclaimPolicy"] as const) {
    if (!sameField(StorageClass, field, storageClass, old))
      errors.forbidden(field, `updates to ${field} are forbidden.`);
  }
  validateImmutable(StorageClass, ["volumeBindingMode"], storageClass, old, "", errors);
}
