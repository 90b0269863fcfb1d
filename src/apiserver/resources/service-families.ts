/**
 * Address families of a Service: what is filled in, what a change of policy adds and takes away, and what is refused
 * because the cluster has no second family. Source: KEP-563.
 */
import { type FieldErrors, isIpv6, type Service, same } from "#api";
import type { Family } from "./address-range.ts";

type ServiceSpec = Service["spec"];

/**
 * Fills `ipFamilyPolicy` and `ipFamilies`; puts what cannot be into `errors`. `cluster`: the families that there are, the
 * cluster's own first.
 */
export function completeFamilies(
  spec: ServiceSpec,
  old: ServiceSpec | undefined,
  cluster: readonly Family[],
  errors: FieldErrors,
): void {
  if (spec.type === "ExternalName") {
    delete spec.ipFamilies;
    delete spec.ipFamilyPolicy;
    return;
  }
  if (old !== undefined && isUntouchedPreference(spec, old)) return;
  if (old !== undefined) trimSecond(spec, old);
  if (!infer(spec, cluster, errors)) return;
  const own: Family = cluster[0] ?? "IPv4";
  if (isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0)
    return completeSelectorless(spec, own);
  refuseAbsent(spec, cluster, errors);
  spec.ipFamilyPolicy ??= "SingleStack";
  if ((spec.ipFamilies ?? []).length === 0) spec.ipFamilies = [own];
  const [first, second] = spec.ipFamilies ?? [];
  if (spec.ipFamilyPolicy === "SingleStack" || first === undefined || second !== undefined) return;
  const other = otherOf(first as Family);
  if (cluster.includes(other)) spec.ipFamilies = [first, other];
}

/** A preference changes nothing when the cluster changes: only its author's changes count. */
function isUntouchedPreference(spec: ServiceSpec, old: ServiceSpec): boolean {
  const prefers = (one: ServiceSpec): boolean => one.ipFamilyPolicy === "PreferDualStack";
  const has = (old.clusterIPs ?? []).length > 0 && (old.ipFamilies ?? []).length > 0;
  if (!has || old.type === "ExternalName" || !prefers(spec) || !prefers(old)) return false;
  return same(spec.clusterIPs, old.clusterIPs) && same(spec.ipFamilies, old.ipFamilies);
}

/** Who turns to a single stack, and leaves the lists as they were, means the first of each. */
function trimSecond(spec: ServiceSpec, old: ServiceSpec): void {
  if (spec.ipFamilyPolicy !== "SingleStack" || old.ipFamilyPolicy === "SingleStack") return;
  if (spec.clusterIPs?.length === 2 && same(spec.clusterIPs, old.clusterIPs))
    spec.clusterIPs = spec.clusterIPs.slice(0, 1);
  if (spec.ipFamilies?.length === 2 && same(spec.ipFamilies, old.ipFamilies))
    spec.ipFamilies = spec.ipFamilies.slice(0, 1);
}

/**
 * Two addresses, or two families, ask for two stacks; addresses say what their families are. False when there is no such
 * family.
 */
function infer(spec: ServiceSpec, cluster: readonly Family[], errors: FieldErrors): boolean {
  if (spec.clusterIPs?.length === 2 || spec.ipFamilies?.length === 2)
    spec.ipFamilyPolicy ??= "RequireDualStack";
  let known = true;
  for (const [i, address] of (spec.clusterIPs ?? []).entries()) {
    if (address === "None" || address === "" || i < (spec.ipFamilies ?? []).length) continue;
    const family = isIpv6(address) ? "IPv6" : "IPv4";
    if (cluster.includes(family)) spec.ipFamilies = [...(spec.ipFamilies ?? []), family];
    else {
      errors.invalid(
        `spec.clusterIPs[${i}]`,
        spec.clusterIPs,
        `may not use ${family} on a cluster without it`,
      );
      known = false;
    }
  }
  return known;
}

function refuseAbsent(spec: ServiceSpec, cluster: readonly Family[], errors: FieldErrors): void {
  if (spec.ipFamilyPolicy === "RequireDualStack" && cluster.length < 2) {
    errors.invalid(
      "spec.ipFamilyPolicy",
      spec.ipFamilyPolicy,
      "this cluster is not configured for dual-stack services",
    );
  }
  for (const [i, family] of (spec.ipFamilies ?? []).entries()) {
    if (!cluster.includes(family as Family))
      errors.invalid(`spec.ipFamilies[${i}]`, family, "not configured on this cluster");
  }
}

/** Nobody routes to a headless service without a selector: its author may name endpoints of both families. */
function completeSelectorless(spec: ServiceSpec, own: Family): void {
  spec.ipFamilyPolicy ??= (spec.ipFamilies ?? []).length === 1 ? "SingleStack" : "RequireDualStack";
  const families = spec.ipFamilies ?? [];
  const first = (families[0] ?? own) as Family;
  if (families.length === 0) spec.ipFamilies = [first];
  if (families.length < 2 && spec.ipFamilyPolicy !== "SingleStack") spec.ipFamilies = [first, otherOf(first)];
}

function otherOf(family: Family): Family {
  return family === "IPv4" ? "IPv6" : "IPv4";
}

export function isHeadless(spec: ServiceSpec): boolean {
  return spec.clusterIP === "None" || spec.clusterIPs?.[0] === "None";
}
