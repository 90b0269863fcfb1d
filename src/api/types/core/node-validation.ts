/** Validation of nodes. Upstream reports taints under `metadata.taints`. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { canonicalCidr, isIpv6, parseCidr } from "../../names/ip.ts";
import type { Node } from "./node.ts";
import { validateResourceAmount } from "./resources-validation.ts";
import { validateNodeAnnotations } from "./node-annotation-validation.ts";
import {
  validateConfigSource,
  validateConfigSources,
  validateDeclaredFeatures,
} from "./node-status-validation.ts";
import { validateTaints } from "./taint-validation.ts";

export function validateNode(node: Node, errors: FieldErrors): void {
  const swap = node.status.nodeInfo?.swap?.capacity;
  validateNodeAnnotations(node.metadata.annotations ?? {}, errors);
  validateTaints(node.spec.taints ?? [], "metadata.taints", errors);
  validateResources(node, errors);
  if (swap !== undefined && swap <= 0)
    errors.invalid("metadata.nodeSwapStatus.capacity", swap, "must be greater than zero");
  validateDeclaredFeatures(node.status.declaredFeatures ?? [], errors);
  validatePodCidrs(node.spec.podCIDRs ?? [], errors);
}

function validateResources({ status }: Node, errors: FieldErrors): void {
  for (const list of ["capacity", "allocatable"] as const) {
    for (const [name, amount] of Object.entries(status[list] ?? {}))
      validateResourceAmount(name, amount, at(at("status", list), name), errors);
  }
}

function validatePodCidrs(cidrs: readonly string[], errors: FieldErrors): void {
  const path = "spec.podCIDRs";
  for (const [i, cidr] of cidrs.entries()) errors.invalidEach(at(path, i), cidr, canonicalCidr(cidr));
  if (cidrs.length <= 1) return;
  const ranges = cidrs.every((range) => parseCidr(range) !== undefined);
  if (!ranges) errors.internal(path, "what is no range has no family");
  if (!ranges || cidrs.length > 2 || isIpv6(cidrs[0] ?? "") === isIpv6(cidrs[1] ?? ""))
    errors.invalid(path, cidrs, "may hold no more than one range for each IP family");
}

export function validateNodeUpdate(node: Node, old: Node, errors: FieldErrors): void {
  validateNodeAnnotations(node.metadata.annotations ?? {}, errors);
  validateTaints(node.spec.taints ?? [], "metadata.taints", errors);
  validateResources(node, errors);
  validateDeclaredFeatures(node.status.declaredFeatures ?? [], errors);
  validateConfigSource(node.spec.configSource, errors);
  validateConfigSources(node.status.config ?? {}, errors);
  const addresses = new Set<string>();
  for (const [i, address] of (node.status.addresses ?? []).entries()) {
    const id = `${address.type} ${address.address}`;
    if (addresses.has(id)) errors.duplicate(at("status.addresses", i), address);
    addresses.add(id);
  }
  keepRanges(node.spec.podCIDRs ?? [], old.spec.podCIDRs ?? [], errors);
  const { providerID, externalID } = old.spec;
  if (providerID && node.spec.providerID !== providerID)
    errors.forbidden("spec.providerID", 'node updates may not change providerID except from "" to valid');
  if ((node.spec.externalID ?? "") !== (externalID ?? ""))
    errors.forbidden("spec.externalID", "may not be updated");
}

/** Once a node has ranges, it keeps them; upstream says so for each. */
function keepRanges(now: readonly string[], before: readonly string[], errors: FieldErrors): void {
  if (before.length === 0) return;
  const changed = before.length === now.length ? before.filter((range, i) => range !== now[i]).length : 1;
  for (let i = 0; i < changed; i++)
    errors.forbidden("spec.podCIDRs", 'node updates may not change podCIDR except from "" to valid');
}
