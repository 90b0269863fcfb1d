/**
 * Address families of a Service on a single-stack cluster: what is filled in, and what is refused because
 * the cluster has no second family. Source: KEP-563.
 */
import { type FieldErrors, type Service, isIpv6 } from "#api";

type ServiceSpec = Service["spec"];
export type Family = "IPv4" | "IPv6";

/** Fills `ipFamilyPolicy` and `ipFamilies`; puts what cannot be into `errors`. */
export function completeFamilies(spec: ServiceSpec, own: Family, errors: FieldErrors): void {
  if (spec.type === "ExternalName") {
    delete spec.ipFamilies;
    delete spec.ipFamilyPolicy;
    return;
  }
  if (isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0)
    return completeSelectorless(spec, own);
  if (spec.ipFamilyPolicy === "RequireDualStack") {
    errors.invalid(
      "spec.ipFamilyPolicy",
      spec.ipFamilyPolicy,
      "this cluster is not configured for dual-stack services",
    );
  }
  for (const [i, family] of (spec.ipFamilies ?? []).entries()) {
    if (family === own) continue;
    if (i > 0 && spec.ipFamilyPolicy !== undefined) continue;
    errors.invalid(`spec.ipFamilies[${i}]`, family, "not configured on this cluster");
  }
  const first = spec.clusterIPs?.[0] ?? spec.clusterIP ?? "";
  if (
    first !== "" &&
    first !== "None" &&
    (isIpv6(first) ? "IPv6" : "IPv4") !== own &&
    (spec.ipFamilies ?? []).length === 0
  ) {
    errors.invalid(
      "spec.clusterIPs[0]",
      first,
      `may not be ${isIpv6(first) ? "IPv6" : "IPv4"} on this cluster`,
    );
  }
  spec.ipFamilyPolicy ??= "SingleStack";
  if ((spec.ipFamilies ?? []).length === 0) spec.ipFamilies = [own];
}

/** Nobody routes to a headless service without a selector: its author may name endpoints of both families. */
function completeSelectorless(spec: ServiceSpec, own: Family): void {
  const other: Family = own === "IPv4" ? "IPv6" : "IPv4";
  spec.ipFamilyPolicy ??= (spec.ipFamilies ?? []).length === 1 ? "SingleStack" : "RequireDualStack";
  const families = spec.ipFamilies ?? [];
  const [first] = families;
  if (first === undefined) spec.ipFamilies = spec.ipFamilyPolicy === "SingleStack" ? [own] : [own, other];
  else if (families.length === 1 && spec.ipFamilyPolicy !== "SingleStack") {
    spec.ipFamilies = [first, first === "IPv4" ? "IPv6" : "IPv4"];
  }
}

export function isHeadless(spec: ServiceSpec): boolean {
  return spec.clusterIP === "None" || spec.clusterIPs?.[0] === "None";
}
