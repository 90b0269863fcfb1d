/** Validation of network policies. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { cidr, contains, parseCidr } from "../../names/ip.ts";
import { portName, portNumber } from "../../names/port.ts";
import { validateLabelSelector } from "../../selectors/label-selector-validation.ts";
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from "./network-policy.ts";

const protocols = ["SCTP", "TCP", "UDP"];
const types = ["Egress", "Ingress"];

export function validateNetworkPolicy({ spec }: NetworkPolicy, errors: FieldErrors): void {
  validateLabelSelector(spec.podSelector, "spec.podSelector", errors);
  for (const [i, rule] of (spec.ingress ?? []).entries()) {
    const path = at("spec.ingress", i);
    validatePorts(rule.ports ?? [], at(path, "ports"), errors);
    for (const [j, peer] of (rule.from ?? []).entries()) validatePeer(peer, at(at(path, "from"), j), errors);
  }
  for (const [i, rule] of (spec.egress ?? []).entries()) {
    const path = at("spec.egress", i);
    validatePorts(rule.ports ?? [], at(path, "ports"), errors);
    for (const [j, peer] of (rule.to ?? []).entries()) validatePeer(peer, at(at(path, "to"), j), errors);
  }
  const policyTypes = spec.policyTypes ?? [];
  if (policyTypes.length > types.length) {
    return errors.invalid("spec.policyTypes", policyTypes, "may not specify more than two policyTypes");
  }
  for (const [i, type] of policyTypes.entries()) {
    if (!types.includes(type)) errors.notSupported(at("spec.policyTypes", i), type, types);
  }
}

function validatePorts(ports: readonly NetworkPolicyPort[], path: string, errors: FieldErrors): void {
  for (const [i, { protocol, port, endPort }] of ports.entries()) {
    const here = at(path, i);
    if (protocol !== undefined && !protocols.includes(protocol))
      errors.notSupported(at(here, "protocol"), protocol, protocols);
    const last = at(here, "endPort");
    if (port === undefined) {
      if (endPort !== undefined)
        errors.required(at(here, "port"), "must be specified when `endPort` is specified");
      continue;
    }
    errors.invalidEach(at(here, "port"), port, typeof port === "number" ? portNumber(port) : portName(port));
    if (endPort === undefined) continue;
    if (typeof port === "string")
      errors.invalid(last, endPort, "may not be specified when `port` is non-numeric");
    else {
      if (endPort < port) errors.invalid(last, port, "must be greater than or equal to `port`");
      errors.invalidEach(last, endPort, portNumber(endPort));
    }
  }
}

function validatePeer(peer: NetworkPolicyPeer, path: string, errors: FieldErrors): void {
  const count = Number(peer.podSelector !== undefined) + Number(peer.namespaceSelector !== undefined);
  if (peer.podSelector) validateLabelSelector(peer.podSelector, at(path, "podSelector"), errors);
  if (peer.namespaceSelector)
    validateLabelSelector(peer.namespaceSelector, at(path, "namespaceSelector"), errors);
  if (peer.ipBlock) validateBlock(peer.ipBlock, at(path, "ipBlock"), errors);
  if (count === 0 && peer.ipBlock === undefined) errors.required(path, "must specify a peer");
  else if (count > 0 && peer.ipBlock !== undefined)
    errors.forbidden(path, "may not specify both ipBlock and another peer");
}

function validateBlock(block: IPBlock, path: string, errors: FieldErrors): void {
  if (block.cidr === "") return errors.required(at(path, "cidr"));
  const complaints = cidr(block.cidr);
  errors.invalidEach(at(path, "cidr"), block.cidr, complaints);
  const range = parseCidr(block.cidr);
  if (complaints.length > 0 || range === undefined) return;
  for (const [i, text] of (block.except ?? []).entries()) {
    const here = at(at(path, "except"), i);
    const inner = parseCidr(text);
    if (inner === undefined) errors.invalidEach(here, text, cidr(text));
    else if (!contains(range, inner.address) || inner.prefixLength <= range.prefixLength) {
      errors.invalid(here, text, "must be a strict subset of `cidr`");
    }
  }
}
