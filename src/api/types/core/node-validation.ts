/** Validation of nodes. Upstream reports taints under `metadata.taints`. */
import { same } from "../../equal.ts";
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import { canonicalCidr, isIpv6 } from "../../names/ip.ts";
import type { Node } from "./node.ts";
import { validateResourceAmount, validateResourceName } from "./resources-validation.ts";
import { validateTaints } from "./taint-validation.ts";

export function validateNode(node: Node, errors: FieldErrors): void {
  validateTaints(node.spec.taints ?? [], "metadata.taints", errors);
  validateResources(node, errors);
  validatePodCidrs(node.spec.podCIDRs ?? [], errors);
}

function validateResources({ status }: Node, errors: FieldErrors): void {
  for (const [name, amount] of Object.entries(status.capacity ?? {})) {
    const path = atKey("status.capacity", name);
    validateResourceName(name, path, errors);
    validateResourceAmount(name, amount, path, errors);
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
  keepOnceSet(node.spec.podCIDRs, old.spec.podCIDRs, "spec.podCIDRs", errors);
  keepOnceSet(node.spec.providerID, old.spec.providerID, "spec.providerID", errors);
}

function keepOnceSet(value: unknown, old: unknown, path: string, errors: FieldErrors): void {
  if (same(old, undefined) || old === "" || same(value, old)) return;
  errors.forbidden(path, "node updates may not change it once it is set");
}
