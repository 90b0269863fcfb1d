/** Validation of a claim's status: what is allocated to it, who uses it, and what drivers say of its devices. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { byteLength } from "../../names/check.ts";
import { dnsLabel } from "../../names/dns.ts";
import { formatCidr, parseCidr } from "../../names/ip.ts";
import { sameOf } from "../../same-of.ts";
import { validateImmutable } from "../meta/immutable-validation.ts";
import { validateNodeSelector } from "../core/affinity-validation.ts";
import { validateDriverName } from "../core/volume-validation.ts";
import { validateConditions } from "../meta/condition-validation.ts";
import {
  maxConfigurations,
  validateBinding,
  validateConfiguration,
  validateItems,
  validatePoolName,
  validateRaw,
  validateSet,
  validateShareId,
  validateToleration,
} from "./device-validation.ts";
import {
  type AllocatedDeviceStatus,
  type AllocationResult,
  type DeviceRequestAllocationResult,
  type NetworkDeviceData,
  type ResourceClaim,
  ResourceClaimStatus,
  ResourceClaimConsumerReference,
} from "./resource-claim.ts";
import {
  maxRequests,
  type RequestNames,
  requestNames,
  validateRequestRef,
  validateRequestRefs,
} from "./resource-claim-validation.ts";

const maxReservedFor = 256;
const maxConditions = 8;
const maxInterfaceNameBytes = 256;
const maxHardwareAddressBytes = 128;
const maxAddresses = 16;
const sources = ["FromClaim", "FromClass"];

export function validateResourceClaimStatus(
  { metadata, spec, status }: ResourceClaim,
  { status: old }: ResourceClaim,
  errors: FieldErrors,
): void {
  validateUsers(status, old, metadata.deletionTimestamp !== undefined, errors);
  const { allocation } = status;
  const allocated = new Set((allocation?.devices.results ?? []).map(deviceKey));
  validateSet(
    status.devices,
    Number.POSITIVE_INFINITY,
    "status.devices",
    errors,
    (device, path) => {
      validateDevice(device, path, errors);
      if (!allocated.has(deviceKey(device)))
        errors.invalid(path, deviceKey(device), "must be an allocated device in the claim");
    },
    deviceKey,
  );
  if (allocation === undefined) return;
  if (old.allocation === undefined)
    validateAllocation(allocation, "status.allocation", errors, requestNames(spec.devices));
  else validateImmutable(ResourceClaimStatus, ["allocation"], status, old, "status", errors);
}

type DeviceId = Pick<AllocatedDeviceStatus, "device" | "driver" | "pool" | "shareID">;

function deviceKey({ driver, pool, device, shareID = "" }: DeviceId): string {
  return [driver, pool, device, shareID].join("/");
}

/** What drivers said of devices that this update takes back goes with them. Changes `draft`. */
export function dropDeallocatedDevices(draft: ResourceClaimStatus, old: ResourceClaimStatus): void {
  const keys = ({ allocation }: ResourceClaimStatus) =>
    new Set((allocation?.devices.results ?? []).map(deviceKey));
  const [had, has] = [keys(old), keys(draft)];
  const gone = (device: AllocatedDeviceStatus): boolean =>
    had.has(deviceKey(device)) && !has.has(deviceKey(device));
  if (draft.devices?.some(gone)) draft.devices = draft.devices.filter((device) => !gone(device));
}

function validateUsers(
  { reservedFor: users, allocation }: ResourceClaimStatus,
  old: ResourceClaimStatus,
  isDeleted: boolean,
  errors: FieldErrors,
): void {
  const path = "status.reservedFor";
  validateSet(
    users,
    maxReservedFor,
    path,
    errors,
    (user, here) => {
      for (const field of ["resource", "name", "uid"] as const)
        if (user[field] === "") errors.required(at(here, field));
    },
    ({ uid }) => uid,
  );
  if (users === undefined || users.length === 0) return;
  if (allocation === undefined) errors.forbidden(path, "may not be specified when `allocated` is not set");
  else if (
    isDeleted &&
    !users.every((user) =>
      old.reservedFor?.some((other) => sameOf(ResourceClaimConsumerReference, user, other)),
    )
  )
    errors.forbidden(path, "new entries may not be added while the claim is being deleted");
}

function validateAllocation(
  { devices, nodeSelector }: AllocationResult,
  path: string,
  errors: FieldErrors,
  names: RequestNames,
): void {
  const here = at(path, "devices");
  validateItems(devices.results, maxRequests, at(here, "results"), errors, (result, path) =>
    validateResult(result, path, errors, names),
  );
  validateItems(devices.config, 2 * maxConfigurations, at(here, "config"), errors, (config, path) => {
    if (!config.source) errors.required(at(path, "source"));
    else if (!sources.includes(config.source))
      errors.notSupported(at(path, "source"), config.source, sources);
    validateRequestRefs(config.requests, names, at(path, "requests"), errors);
    validateConfiguration(config, path, errors);
  });
  if (nodeSelector) validateNodeSelector(nodeSelector, at(path, "nodeSelector"), errors);
}

function validateResult(
  result: DeviceRequestAllocationResult,
  path: string,
  errors: FieldErrors,
  names: RequestNames,
): void {
  validateRequestRef(result.request, names, at(path, "request"), errors);
  validateDeviceId(result, path, errors);
  validateBinding(result, path, errors);
  for (const [i, toleration] of (result.tolerations ?? []).entries())
    validateToleration(toleration, at(at(path, "tolerations"), i), errors);
}

function validateDeviceId(id: DeviceId, path: string, errors: FieldErrors): void {
  validateDriverName(id.driver, at(path, "driver"), errors);
  validatePoolName(id.pool, at(path, "pool"), errors);
  errors.invalidEach(at(path, "device"), id.device, dnsLabel(id.device));
  validateShareId(id.shareID, at(path, "shareID"), errors);
}

function validateDevice(device: AllocatedDeviceStatus, path: string, errors: FieldErrors): void {
  validateDeviceId(device, path, errors);
  const conditions = device.conditions ?? [];
  if (conditions.length > maxConditions)
    errors.tooMany(at(path, "conditions"), conditions.length, maxConditions);
  validateConditions(conditions, at(path, "conditions"), errors);
  if (device.data !== undefined) validateRaw(device.data, at(path, "data"), errors);
  if (device.networkData) validateNetworkData(device.networkData, at(path, "networkData"), errors);
}

function validateNetworkData(data: NetworkDeviceData, path: string, errors: FieldErrors): void {
  const { interfaceName = "", hardwareAddress = "", ips } = data;
  if (byteLength(interfaceName) > maxInterfaceNameBytes)
    errors.tooLong(at(path, "interfaceName"), maxInterfaceNameBytes);
  if (byteLength(hardwareAddress) > maxHardwareAddressBytes)
    errors.tooLong(at(path, "hardwareAddress"), maxHardwareAddressBytes);
  validateSet(
    ips,
    maxAddresses,
    at(path, "ips"),
    errors,
    (text, here) => {
      const address = parseCidr(text);
      if (address === undefined) errors.invalid(here, text, "must be an address with a prefix length");
      else if (formatCidr(address) !== text)
        errors.invalid(here, text, `must be in canonical form ("${formatCidr(address)}")`);
    },
    (text) => text,
  );
}
