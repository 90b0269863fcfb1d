/** Validation of claims for devices and of their templates; what was allocated is `resource-claim-status-validation.ts`'s. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { dnsLabel, dnsSubdomain } from "../../names/dns.ts";
import { validateAnnotations, validateLabels } from "../meta/object-meta-validation.ts";
import {
  maxConfigurations,
  validateConfiguration,
  validateFullAttributeName,
  validateItems,
  validateSelectors,
  validateSet,
  validateToleration,
} from "./device-validation.ts";
import type {
  DeviceClaim,
  DeviceConstraint,
  DeviceRequest,
  DeviceSubRequest,
  ExactDeviceRequest,
  ResourceClaim,
  ResourceClaimTemplate,
} from "./resource-claim.ts";

export const maxRequests = 32;
const maxConstraints = 32;
const maxAlternatives = 8;
const modes = ["All", "ExactCount"];

/** Requests by name, each with the names of its alternatives. */
export type RequestNames = ReadonlyMap<string, ReadonlySet<string>>;

export function validateResourceClaim({ spec }: ResourceClaim, errors: FieldErrors): void {
  validateClaim(spec.devices, "spec.devices", errors);
}

export function validateResourceClaimTemplate({ spec }: ResourceClaimTemplate, errors: FieldErrors): void {
  validateAnnotations(spec.metadata?.annotations, "spec.metadata.annotations", errors);
  validateLabels(spec.metadata?.labels, "spec.metadata.labels", errors);
  validateClaim(spec.spec.devices, "spec.spec.devices", errors);
}

export function requestNames(claim: DeviceClaim): RequestNames {
  return new Map(
    (claim.requests ?? []).map(({ name, firstAvailable = [] }) => [
      name,
      new Set(firstAvailable.map((alternative) => alternative.name)),
    ]),
  );
}

/** References to requests (`gpu`), or to alternatives of one (`gpu/small`). */
export function validateRequestRefs(
  refs: readonly string[] | undefined,
  names: RequestNames,
  path: string,
  errors: FieldErrors,
): void {
  validateSet(
    refs,
    maxRequests,
    path,
    errors,
    (ref, here) => validateRequestRef(ref, names, here, errors),
    (ref) => ref,
  );
}

export function validateRequestRef(
  ref: string,
  names: RequestNames,
  path: string,
  errors: FieldErrors,
): void {
  const parts = ref.split("/");
  const [request = "", alternative] = parts;
  const alternatives = names.get(request);
  const found = alternatives !== undefined && (alternative === undefined || alternatives.has(alternative));
  if (parts.length <= 2) for (const part of parts) errors.invalidEach(path, part, dnsLabel(part));
  if (parts.length > 2 || !found) errors.invalid(path, ref, "must be the name of a request in the claim");
}

function validateClaim(claim: DeviceClaim, path: string, errors: FieldErrors): void {
  const names = requestNames(claim);
  validateSet(
    claim.requests ?? [],
    maxRequests,
    at(path, "requests"),
    errors,
    (request, here) => validateRequest(request, here, errors),
    ({ name }) => name,
  );
  validateItems(claim.constraints, maxConstraints, at(path, "constraints"), errors, (constraint, here) =>
    validateConstraint(constraint, names, here, errors),
  );
  validateItems(claim.config, maxConfigurations, at(path, "config"), errors, (config, here) => {
    validateRequestRefs(config.requests, names, at(here, "requests"), errors);
    validateConfiguration(config, here, errors);
  });
}

function validateConstraint(
  { requests, matchAttribute, distinctAttribute }: DeviceConstraint,
  names: RequestNames,
  path: string,
  errors: FieldErrors,
): void {
  validateRequestRefs(requests, names, at(path, "requests"), errors);
  if (matchAttribute !== undefined)
    validateFullAttributeName(matchAttribute, at(path, "matchAttribute"), errors);
  else if (distinctAttribute !== undefined)
    validateFullAttributeName(distinctAttribute, at(path, "distinctAttribute"), errors);
  else errors.required(path, "one of `matchAttribute` and `distinctAttribute` is required");
}

function validateRequest(request: DeviceRequest, path: string, errors: FieldErrors): void {
  const { name, exactly, firstAvailable = [] } = request;
  errors.invalidEach(at(path, "name"), name, dnsLabel(name));
  const why = "exactly one of `exactly` or `firstAvailable` is required";
  if (exactly === undefined && firstAvailable.length === 0) errors.required(path, why);
  else if (exactly !== undefined && firstAvailable.length > 0) errors.invalid(path, name, why);
  else if (exactly !== undefined) validateDevices(exactly, at(path, "exactly"), errors);
  else
    validateSet(
      firstAvailable,
      maxAlternatives,
      at(path, "firstAvailable"),
      errors,
      (one, here) => {
        errors.invalidEach(at(here, "name"), one.name, dnsLabel(one.name));
        validateDevices(one, here, errors);
      },
      (one) => one.name,
    );
}

function validateDevices(
  request: ExactDeviceRequest | DeviceSubRequest,
  path: string,
  errors: FieldErrors,
): void {
  const { deviceClassName, allocationMode = "", count = 0 } = request;
  if (deviceClassName === "") errors.required(at(path, "deviceClassName"));
  else errors.invalidEach(at(path, "deviceClassName"), deviceClassName, dnsSubdomain(deviceClassName));
  validateSelectors(request.selectors, at(path, "selectors"), errors);
  if (!modes.includes(allocationMode)) errors.notSupported(at(path, "allocationMode"), allocationMode, modes);
  else if (allocationMode === "All") {
    if (count !== 0)
      errors.invalid(at(path, "count"), count, "must not be specified when allocationMode is 'All'");
  } else if (count <= 0) errors.invalid(at(path, "count"), count, "must be greater than zero");
  for (const [i, toleration] of (request.tolerations ?? []).entries())
    validateToleration(toleration, at(at(path, "tolerations"), i), errors);
}
