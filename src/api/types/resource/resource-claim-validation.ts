/** Validation of claims for devices and of their templates. Selectors are compiled where CEL is. */
import { same } from "../../equal.ts";
import { at, type FieldErrors } from "../../field-errors.ts";
import { dnsLabel, dnsSubdomain } from "../../names/dns.ts";
import { validateSelectors } from "./device-class-validation.ts";
import type {
  DeviceClaim,
  DeviceRequest,
  DeviceSubRequest,
  ExactDeviceRequest,
  ResourceClaim,
  ResourceClaimTemplate,
} from "./resource-claim.ts";

const maxRequests = 32;
const maxAlternatives = 8;
const maxReservedFor = 256;
const modes = ["All", "ExactCount"];

export function validateResourceClaim({ spec }: ResourceClaim, errors: FieldErrors): void {
  validateClaim(spec.devices, "spec.devices", errors);
}

export function validateResourceClaimTemplate({ spec }: ResourceClaimTemplate, errors: FieldErrors): void {
  validateClaim(spec.spec.devices, "spec.spec.devices", errors);
}

/** A claim's spec is fixed; so is a template's. */
export function validateResourceClaimUpdate(
  claim: ResourceClaim,
  old: ResourceClaim,
  errors: FieldErrors,
): void {
  if (!same(claim.spec, old.spec)) errors.invalid("spec", claim.spec, "field is immutable");
}

export function validateResourceClaimTemplateUpdate(
  template: ResourceClaimTemplate,
  old: ResourceClaimTemplate,
  errors: FieldErrors,
): void {
  if (!same(template.spec, old.spec)) errors.invalid("spec", template.spec, "field is immutable");
}

export function validateResourceClaimStatus(
  { status }: ResourceClaim,
  old: ResourceClaim,
  errors: FieldErrors,
): void {
  const users = status.reservedFor ?? [];
  if (users.length > maxReservedFor) errors.tooMany("status.reservedFor", users.length, maxReservedFor);
  for (const [i, user] of users.entries()) {
    const path = at("status.reservedFor", i);
    for (const field of ["resource", "name", "uid"] as const)
      if (user[field] === "") errors.required(at(path, field));
    if (users.findIndex((other) => other.uid === user.uid) < i) errors.duplicate(at(path, "uid"), user.uid);
  }
  if (users.length > 0 && status.allocation === undefined) {
    errors.forbidden("status.reservedFor", "may not be specified when `allocated` is not set");
  }
  if (
    old.status.allocation !== undefined &&
    status.allocation !== undefined &&
    !same(status.allocation, old.status.allocation)
  ) {
    errors.invalid("status.allocation", null, "field is immutable");
  }
}

function validateClaim(claim: DeviceClaim, path: string, errors: FieldErrors): void {
  const requests = claim.requests ?? [];
  const list = at(path, "requests");
  if (requests.length > maxRequests) errors.tooMany(list, requests.length, maxRequests);
  const names = new Set<string>();
  for (const [i, request] of requests.entries()) {
    const here = at(list, i);
    if (names.has(request.name)) {
      errors.duplicate(here, request.name);
      continue;
    }
    names.add(request.name);
    validateRequest(request, here, errors);
  }
  for (const [i, { requests: of = [], matchAttribute, distinctAttribute }] of (
    claim.constraints ?? []
  ).entries()) {
    const here = at(at(path, "constraints"), i);
    for (const [j, name] of of.entries()) {
      if (!names.has(name.split("/")[0] ?? ""))
        errors.invalid(at(at(here, "requests"), j), name, "must be the name of a request in the claim");
    }
    if (matchAttribute === undefined && distinctAttribute === undefined)
      errors.required(at(here, "matchAttribute"));
  }
}

function validateRequest(request: DeviceRequest, path: string, errors: FieldErrors): void {
  const { name, exactly, firstAvailable = [] } = request;
  errors.invalidEach(at(path, "name"), name, dnsLabel(name));
  if (exactly === undefined && firstAvailable.length === 0) {
    errors.required(path, "exactly one of `exactly` or `firstAvailable` is required");
  } else if (exactly !== undefined && firstAvailable.length > 0) {
    errors.invalid(path, name, "exactly one of `exactly` or `firstAvailable` is required");
  }
  if (exactly !== undefined) validateDevices(exactly, at(path, "exactly"), errors);
  const list = at(path, "firstAvailable");
  if (firstAvailable.length > maxAlternatives) errors.tooMany(list, firstAvailable.length, maxAlternatives);
  for (const [i, one] of firstAvailable.entries()) {
    errors.invalidEach(at(at(list, i), "name"), one.name, dnsLabel(one.name));
    validateDevices(one, at(list, i), errors);
  }
}

function validateDevices(
  request: ExactDeviceRequest | DeviceSubRequest,
  path: string,
  errors: FieldErrors,
): void {
  const { deviceClassName, allocationMode = "", count = 0 } = request;
  if (deviceClassName === "") errors.required(at(path, "deviceClassName"));
  else errors.invalidEach(at(path, "deviceClassName"), deviceClassName, dnsSubdomain(deviceClassName));
  validateSelectors(request.selectors ?? [], at(path, "selectors"), errors);
  if (!modes.includes(allocationMode)) errors.notSupported(at(path, "allocationMode"), allocationMode, modes);
  else if (allocationMode === "All") {
    if (count !== 0)
      errors.invalid(at(path, "count"), count, "must not be specified when allocationMode is 'All'");
  } else if (count <= 0) errors.invalid(at(path, "count"), count, "must be greater than zero");
}
