/** Validation of slices: which nodes reach the devices, the pool, and each device's attributes. */
import { same } from "../../equal.ts";
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import { dnsLabel, dnsSubdomain } from "../../names/dns.ts";
import { validateNodeSelector } from "../core/affinity-validation.ts";
import { validateDriverName } from "../core/volume-validation.ts";
import type { Device, DeviceAttribute } from "./device.ts";
import type { ResourceSlice, ResourceSliceSpec } from "./resource-slice.ts";

const maxDevices = 128;
const maxPoolBytes = 253;
const values = ["bool", "int", "string", "version"] as const;
const maxTextBytes = 64;
const semanticVersion = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

export function validateResourceSlice({ spec }: ResourceSlice, errors: FieldErrors): void {
  validateDriverName(spec.driver, "spec.driver", errors);
  validatePool(spec, errors);
  validateNodes(spec, errors);
  const devices = spec.devices ?? [];
  if (devices.length > maxDevices) return errors.tooMany("spec.devices", devices.length, maxDevices);
  const names = new Set<string>();
  for (const [i, device] of devices.entries()) {
    const path = at("spec.devices", i);
    if (names.has(device.name)) errors.duplicate(path, device.name);
    names.add(device.name);
    validateDevice(device, path, errors);
  }
}

function validatePool({ pool }: ResourceSliceSpec, errors: FieldErrors): void {
  if (pool.name === "") errors.required("spec.pool.name");
  else {
    if (pool.name.length > maxPoolBytes) errors.tooLong("spec.pool.name", maxPoolBytes);
    for (const part of pool.name.split("/"))
      errors.invalidEach("spec.pool.name", pool.name, dnsSubdomain(part));
  }
  if (pool.resourceSliceCount <= 0) {
    errors.invalid("spec.pool.resourceSliceCount", pool.resourceSliceCount, "must be greater than zero");
  }
  if (pool.generation < 0)
    errors.invalid("spec.pool.generation", pool.generation, "must be greater than or equal to zero");
}

/** Exactly one way to say which nodes reach the devices. */
function validateNodes(spec: ResourceSliceSpec, errors: FieldErrors): void {
  const { nodeName, nodeSelector, allNodes, perDeviceNodeSelection } = spec;
  if (nodeName !== undefined) errors.invalidEach("spec.nodeName", nodeName, dnsSubdomain(nodeName));
  if (nodeSelector) validateNodeSelector(nodeSelector, "spec.nodeSelector", errors);
  const ways = [nodeName, nodeSelector, allNodes, perDeviceNodeSelection].filter(Boolean).length;
  const why = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
  if (ways === 0) errors.required("spec", why);
  else if (ways > 1) errors.invalid("spec", null, why);
}

function validateDevice(device: Device, path: string, errors: FieldErrors): void {
  errors.invalidEach(at(path, "name"), device.name, dnsLabel(device.name));
  for (const [name, attribute] of Object.entries(device.attributes ?? {})) {
    validateAttribute(attribute, atKey(at(path, "attributes"), name), errors);
  }
}

function validateAttribute(attribute: DeviceAttribute, path: string, errors: FieldErrors): void {
  const count = values.filter((field) => attribute[field] !== undefined).length;
  if (count !== 1) errors.invalid(path, attribute, "exactly one value must be specified");
  const { string, version } = attribute;
  if (string !== undefined && string.length > maxTextBytes) errors.tooLong(at(path, "string"), maxTextBytes);
  if (version === undefined) return;
  if (version.length > maxTextBytes) errors.tooLong(at(path, "version"), maxTextBytes);
  if (!semanticVersion.test(version))
    errors.invalid(at(path, "version"), version, "must be a version as semver.org has it");
}

export function validateResourceSliceUpdate(
  slice: ResourceSlice,
  old: ResourceSlice,
  errors: FieldErrors,
): void {
  validateResourceSlice(slice, errors);
  for (const [path, now, before] of [
    ["spec.driver", slice.spec.driver, old.spec.driver],
    ["spec.pool.name", slice.spec.pool.name, old.spec.pool.name],
    ["spec.nodeName", slice.spec.nodeName, old.spec.nodeName],
    ["spec.allNodes", slice.spec.allNodes, old.spec.allNodes],
  ] as const) {
    if (!same(now, before)) errors.invalid(path, now ?? null, "field is immutable");
  }
}
