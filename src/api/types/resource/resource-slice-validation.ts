/** Validation of slices: which nodes reach the devices, the pool, each device, and the counters that devices share. */
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import { byteLength } from "../../names/check.ts";
import { dnsLabel, dnsSubdomain } from "../../names/dns.ts";
import { sameField } from "../../same-of.ts";
import { validateNodeSelector } from "../core/affinity-validation.ts";
import { validateDriverName } from "../core/volume-validation.ts";
import { type Counter, Device, type DeviceAttribute } from "./device.ts";
import { validateCapacity } from "./device-capacity-validation.ts";
import {
  validateAttributeName,
  validateBinding,
  validateItems,
  validatePoolName,
  validateSet,
  validateTaint,
} from "./device-validation.ts";
import type { ResourceSlice, ResourceSliceSpec } from "./resource-slice.ts";

const maxDevices = 128;
/** With taints or counters. */
const maxAdvancedDevices = 64;
const maxAttributes = 32;
const maxTaints = 16;
const maxCounterSets = 8;
const maxCounters = 32;
const maxConsumptions = 2;
const values = ["bool", "int", "string", "version"] as const;
const maxTextBytes = 64;
const semanticVersion = versionForm();

function versionForm(): RegExp {
  const number = "(0|[1-9]\\d*)";
  const pre = "(0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)";
  const build = "[0-9a-zA-Z-]+";
  return new RegExp(`^${number}\\.${number}\\.${number}(-${pre}(\\.${pre})*)?(\\+${build}(\\.${build})*)?$`);
}

export function validateResourceSlice(slice: ResourceSlice, errors: FieldErrors): void {
  validateSpec(slice.spec, undefined, errors);
}

function validateSpec(
  spec: ResourceSliceSpec,
  old: ResourceSliceSpec | undefined,
  errors: FieldErrors,
): void {
  validateDriverName(spec.driver, "spec.driver", errors);
  validatePool(spec, errors);
  validateNodes(spec, errors);
  if (spec.sharedCounters !== undefined && spec.devices !== undefined)
    errors.invalid("spec", "", "only one of `sharedCounters` or `devices` is allowed");
  const isAdvanced = (device: Device): boolean =>
    (device.taints ?? []).length + (device.consumesCounters ?? []).length > 0;
  validateSet(
    spec.devices,
    spec.devices?.some(isAdvanced) ? maxAdvancedDevices : maxDevices,
    "spec.devices",
    errors,
    (device, path) => {
      const before = old?.devices?.find((other) => other.name === device.name);
      validateDevice(device, before, path, errors);
      validateReach(device, path, errors, spec.perDeviceNodeSelection === true);
    },
    ({ name }) => name,
  );
  validateSet(
    spec.sharedCounters,
    maxCounterSets,
    "spec.sharedCounters",
    errors,
    ({ name, counters }, path) => validateCounters(name, counters, path, "name", errors),
    ({ name }) => name,
  );
}

function validatePool({ pool }: ResourceSliceSpec, errors: FieldErrors): void {
  validatePoolName(pool.name, "spec.pool.name", errors);
  if (pool.resourceSliceCount <= 0) {
    errors.invalid("spec.pool.resourceSliceCount", pool.resourceSliceCount, "must be greater than zero");
  }
  if (pool.generation < 0)
    errors.invalid("spec.pool.generation", pool.generation, "must be greater than or equal to zero");
}

interface Reach {
  readonly nodeName?: string | undefined;
  readonly nodeSelector?: ResourceSliceSpec["nodeSelector"];
  readonly allNodes?: boolean | undefined;
  readonly perDeviceNodeSelection?: boolean | undefined;
}

/** Exactly one way to say which nodes reach the devices. */
function validateNodes(spec: ResourceSliceSpec, errors: FieldErrors): void {
  validateOneWay(spec, "spec", errors);
  const terms = spec.nodeSelector?.nodeSelectorTerms;
  if (spec.nodeSelector !== undefined && terms?.length !== 1)
    errors.invalid("spec.nodeSelector.nodeSelectorTerms", terms, "must have exactly one node selector term");
}

/** A device says so itself where the slice leaves it to its devices, and only there. */
function validateReach(device: Device, path: string, errors: FieldErrors, isOwn: boolean): void {
  const { nodeName, nodeSelector, allNodes } = device;
  if (isOwn) validateOneWay({ nodeName, nodeSelector, allNodes }, path, errors);
  else if (nodeName !== undefined || nodeSelector !== undefined || allNodes !== undefined)
    errors.invalid(path, null, "nodes can only be set if the slice has `perDeviceNodeSelection`");
}

function validateOneWay(reach: Reach, path: string, errors: FieldErrors): void {
  const { nodeName, nodeSelector, allNodes, perDeviceNodeSelection } = reach;
  if (nodeName === "") errors.invalid(at(path, "nodeName"), "", "must not be empty");
  else if (nodeName !== undefined) errors.invalidEach(at(path, "nodeName"), nodeName, dnsSubdomain(nodeName));
  if (nodeSelector) validateNodeSelector(nodeSelector, at(path, "nodeSelector"), errors);
  for (const [field, value] of Object.entries({ allNodes, perDeviceNodeSelection })) {
    if (value === false) errors.invalid(at(path, field), false, "must be either unset or set to true");
  }
  const ways = [nodeName, nodeSelector, allNodes, perDeviceNodeSelection].filter(Boolean).length;
  const why = "exactly one way to select nodes is required";
  if (ways === 0) errors.required(path, why);
  else if (ways > 1) errors.invalid(path, null, why);
}

/** What a stored device has stays good: its capacity, and its taints. */
function validateDevice(device: Device, old: Device | undefined, path: string, errors: FieldErrors): void {
  const { attributes = {}, capacity = {}, taints } = device;
  errors.invalidEach(at(path, "name"), device.name, dnsLabel(device.name));
  const count = Object.keys(attributes).length + Object.keys(capacity).length;
  if (count > maxAttributes)
    errors.invalid(path, count, `attributes and capacities together must not be more than ${maxAttributes}`);
  for (const [name, attribute] of Object.entries(attributes)) {
    validateAttributeName(name, at(path, "attributes"), errors);
    validateAttribute(attribute, atKey(at(path, "attributes"), name), errors);
  }
  if (old === undefined || !sameField(Device, "capacity", device, old)) {
    for (const [name, amount] of Object.entries(capacity)) {
      const here = at(path, "capacity");
      validateAttributeName(name, here, errors);
      validateCapacity(amount, atKey(here, name), errors, {
        shared: device.allowMultipleAllocations === true,
      });
    }
  }
  if (old === undefined || !sameField(Device, "taints", device, old))
    validateItems(taints, maxTaints, at(path, "taints"), errors, (taint, here) =>
      validateTaint(taint, here, errors),
    );
  validateSet(
    device.consumesCounters,
    maxConsumptions,
    at(path, "consumesCounters"),
    errors,
    ({ counterSet, counters }, here) => validateCounters(counterSet, counters, here, "counterSet", errors),
    ({ counterSet }) => counterSet,
  );
  validateBinding(device, path, errors);
}

/** `field` names the set. */
function validateCounters(
  name: string,
  counters: Readonly<Record<string, Counter>> | undefined,
  path: string,
  field: string,
  errors: FieldErrors,
): void {
  if (name === "") errors.required(at(path, field));
  else errors.invalidEach(at(path, field), name, dnsLabel(name));
  const keys = Object.keys(counters ?? {});
  const here = at(path, "counters");
  if (keys.length === 0) errors.required(here);
  else if (keys.length > maxCounters) errors.tooMany(here, keys.length, maxCounters);
  else for (const key of keys) errors.invalidEach(here, key, dnsLabel(key));
}

function validateAttribute(attribute: DeviceAttribute, path: string, errors: FieldErrors): void {
  const count = values.filter((field) => attribute[field] !== undefined).length;
  if (count !== 1) errors.invalid(path, attribute, "exactly one value must be specified");
  const { string = "", version } = attribute;
  if (byteLength(string) > maxTextBytes) errors.tooLong(at(path, "string"), maxTextBytes);
  if (version === undefined) return;
  if (!semanticVersion.test(version))
    errors.invalid(at(path, "version"), version, "must be a version as semver.org has it");
  if (byteLength(version) > maxTextBytes) errors.tooLong(at(path, "version"), maxTextBytes);
}

export function validateResourceSliceUpdate(
  slice: ResourceSlice,
  old: ResourceSlice,
  errors: FieldErrors,
): void {
  validateSpec(slice.spec, old.spec, errors);
  for (const [path, now, before] of [
    ["spec.pool.name", slice.spec.pool.name, old.spec.pool.name],
    ["spec.driver", slice.spec.driver, old.spec.driver],
    ["spec.nodeName", slice.spec.nodeName, old.spec.nodeName],
  ] as const) {
    if (now !== before) errors.invalid(path, now ?? null, "field is immutable");
  }
}
