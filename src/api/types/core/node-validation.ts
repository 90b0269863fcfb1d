/** Validation of nodes. Upstream reports taints under `metadata.taints`. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { canonicalCidr, isIpv6 } from "../../names/ip.ts";
import type { Node } from "./node.ts";
import { validateResourceAmount } from "./resources-validation.ts";
import { validateTaints } from "./taint-validation.ts";

export function validateNode(node: Node, errors: FieldErrors): void {
  validateTaints(node.spec.taints ?? [], "metadata.taints", errors);
  validateResources(node, errors);
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
  const [first, second] = cidrs;
  if (cidrs.length > 2) errors.invalid(path, cidrs, "may hold no more than one range for each IP family");
  else if (first !== undefined && second !== undefined && isIpv6(first) === isIpv6(second)) {
    errors.invalid(path, cidrs, "may hold no more than one range for each IP family");
  }
}

export function validateNodeUpdate(node: Node, old: Node, errors: FieldErrors): void {
  validateTaints(node.spec.taints ?? [], "metadata.taints", errors);
  validateResources(node, errors);
  const addresses = new Set<string>();
  for (const [i, address] of (node.status.addresses ?? []).entries()) {
    const id = `${address.type} ${address.address}`;
    if (addresses.has(id)) errors.duplicate(at("status.addresses", i), address);
    addresses.add(id);
  }
  keepRanges(node.spec.podCIDRs ?? [], old.spec.podCIDRs ?? [], errors);
  const { providerID, externalID } = old.spec;
  if (providerID && node.spec.providerID !== providerID)
    errors.forbidden("spec.providerID", "node updates may not change it once it is set");
  if ((node.spec.externalID ?? "") !== (externalID ?? ""))
    errors.forbidden("spec.externalID", "may not be updated");
}

/** Once a node has ranges, it keeps them; upstream says so for each. */
function keepRanges(now: readonly string[], before: readonly string[], errors: FieldErrors): void {
  if (before.length === 0) return;
  const changed = before.length === now.length ? before.filter((range, i) => range !== now[i]).length : 1;
  for (let i = 0; i < changed; i++)
    errors.forbidden("spec.podCIDRs", "node updates may not change them once they are set");
}
