/** Validation of a service's own addresses and IP families, each list at most one of each family. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { ip, isIpv6 } from "../../names/ip.ts";
import type { ServiceSpec } from "./service.ts";

const families = ["IPv4", "IPv6"];
const familyPolicies = ["PreferDualStack", "RequireDualStack", "SingleStack"];
const list = "spec.clusterIPs";

/** Addresses that `old` has are not looked at again. */
export function validateServiceAddresses(spec: ServiceSpec, errors: FieldErrors, old?: ServiceSpec): void {
  if (spec.type === "ExternalName") return;
  const before = errors.list.length;
  validateFamilies(spec, errors);
  validateClusterIps(spec, errors, old?.clusterIPs ?? []);
  if (errors.list.length === before) validatePairs(spec, errors);
}

function validateFamilies(spec: ServiceSpec, errors: FieldErrors): void {
  const { ipFamilyPolicy: policy } = spec;
  if (policy !== undefined && !familyPolicies.includes(policy)) {
    errors.notSupported("spec.ipFamilyPolicy", policy, familyPolicies);
  }
  const seen = new Set<string>();
  for (const [i, family] of (spec.ipFamilies ?? []).entries()) {
    const path = at("spec.ipFamilies", i);
    if (!families.includes(family)) errors.notSupported(path, family, families);
    if (seen.has(family)) errors.duplicate(path, family);
    seen.add(family);
  }
}

function validateClusterIps(spec: ServiceSpec, errors: FieldErrors, kept: readonly string[]): void {
  const { clusterIP = "", clusterIPs = [] } = spec;
  if (clusterIPs.length === 0 && clusterIP !== "")
    return errors.invalid(list, clusterIPs, "must name `clusterIP` first");
  if (clusterIPs.length > 0 && clusterIP === "")
    return errors.invalid(list, clusterIPs, "must be empty when `clusterIP` is not specified");
  if (clusterIPs.length > 0 && clusterIP !== clusterIPs[0])
    return errors.invalid(list, clusterIPs, "must name `clusterIP` first");
  if (clusterIPs.length > 2) errors.invalid(list, clusterIPs, "may only hold up to 2 values");
  if (clusterIPs[0] === "None") {
    if (clusterIPs.length > 1)
      errors.invalid(list, clusterIPs, "must not hold more than one value when the first is 'None'");
    return;
  }
  for (const [i, address] of clusterIPs.entries())
    if (!kept.includes(address)) errors.invalidEach(at(list, i), address, ip(address));
  const [first, second] = clusterIPs;
  if (first !== undefined && second !== undefined && isIpv6(first) === isIpv6(second)) {
    errors.invalid(list, clusterIPs, "may hold no more than one address for each IP family");
  }
}

/** Addresses fit the families that are asked for. */
function validatePairs(spec: ServiceSpec, errors: FieldErrors): void {
  const { clusterIPs = [], ipFamilies = [] } = spec;
  for (const [i, address] of clusterIPs.entries()) {
    const family = ipFamilies[i];
    if (family === undefined || address === "None" || (family === "IPv6") === isIpv6(address)) continue;
    errors.invalid(at(list, i), address, `must be an ${family} address, as \`ipFamilies\` says`);
  }
}
