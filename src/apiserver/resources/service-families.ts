/**
 * Address families of a Service: what is filled in, what a change of policy adds and takes away, and what is refused
 * because the cluster has no second family. Source: KEP-563.
 */
import { type FieldErrors, isIpv6, type Service, same, validateServiceAddresses } from "#api";
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
  if (spec.type === "ExternalName") return;
  if (old !== undefined && isUntouchedPreference(spec, old)) return;
  const isOpen = spec.clusterIP === "None" && Object.keys(spec.selector ?? {}).length === 0;
  spec.ipFamilyPolicy ??= old?.ipFamilyPolicy ?? (isOpen ? "RequireDualStack" : "SingleStack");
  validateServiceAddresses(spec, errors, old);
  if (!errors.empty) return;
  if (old !== undefined) release(spec, old, errors);
  refuseSecond(spec, errors);
  inferFamilies(spec, cluster, errors);
  if (!errors.empty) return;
  // Nobody routes to a headless service without a selector: its author may name endpoints of both families.
  if (!isOpen) refuseAbsent(spec, cluster, errors);
  if (!errors.empty) return;
  const [first = cluster[0] ?? "IPv4", second] = (spec.ipFamilies ?? []) as readonly Family[];
  const other = otherOf(first);
  const isDual = spec.ipFamilyPolicy !== "SingleStack" && (isOpen || cluster.includes(other));
  spec.ipFamilies = isDual ? [first, second ?? other] : (spec.ipFamilies?.slice() ?? [first]);
  if (spec.ipFamilies.length === 0) spec.ipFamilies = [first];
}

/** A preference changes nothing when the cluster changes: only its author's changes count. */
function isUntouchedPreference(spec: ServiceSpec, old: ServiceSpec): boolean {
  if (spec.type !== old.type || spec.ipFamilyPolicy !== "PreferDualStack") return false;
  if ((old.ipFamilyPolicy ?? "PreferDualStack") !== "PreferDualStack") return false;
  return same(spec.clusterIPs, old.clusterIPs) && same(spec.ipFamilies, old.ipFamilies);
}

/**
 * Who turns to a single stack, and leaves the lists as they were, means the first of each. Who shortens them says that he
 * turns to it.
 */
function release(spec: ServiceSpec, old: ServiceSpec, errors: FieldErrors): void {
  for (const list of ["clusterIPs", "ipFamilies"] as const) {
    const [now, before] = [spec[list] ?? [], old[list] ?? []];
    if (spec.ipFamilyPolicy === "SingleStack") {
      if (now.length > 1 && same(now, before)) spec[list] = now.slice(0, 1);
    } else if (now.length > 0 && now.length < before.length) {
      const detail = `must be 'SingleStack' to release the second of \`${list}\``;
      errors.invalid("spec.ipFamilyPolicy", spec.ipFamilyPolicy, detail);
    }
  }
}

/** Two addresses or families are asked for together with two stacks. */
function refuseSecond(spec: ServiceSpec, errors: FieldErrors): void {
  if (spec.ipFamilyPolicy !== "SingleStack") return;
  for (const list of ["clusterIPs", "ipFamilies"] as const) {
    if (spec[list]?.length !== 2) continue;
    const detail = `must be 'RequireDualStack' or 'PreferDualStack' when \`${list}\` has two`;
    errors.invalid("spec.ipFamilyPolicy", spec.ipFamilyPolicy, detail);
  }
}

/** Addresses say what their families are. */
function inferFamilies(spec: ServiceSpec, cluster: readonly Family[], errors: FieldErrors): void {
  for (const [i, address] of (spec.clusterIPs ?? []).entries()) {
    if (address === "None") break;
    if (i < (spec.ipFamilies ?? []).length) continue;
    const family = isIpv6(address) ? "IPv6" : "IPv4";
    if (cluster.includes(family)) spec.ipFamilies = [...(spec.ipFamilies ?? []), family];
    else
      errors.invalid(`spec.clusterIPs[${i}]`, spec.clusterIPs, `${family} is not configured on this cluster`);
  }
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

function otherOf(family: Family): Family {
  return family === "IPv4" ? "IPv6" : "IPv4";
}

export function isHeadless(spec: ServiceSpec): boolean {
  return spec.clusterIP === "None" || spec.clusterIPs?.[0] === "None";
}
