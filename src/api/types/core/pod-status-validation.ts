/** Validation of a pod's status: where it is reached, and what may not be undone. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { dnsSubdomain } from "../../names/dns.ts";
import { ip, isIpv6 } from "../../names/ip.ts";
import { qualifiedName } from "../../names/qualified-name.ts";
import type { Container } from "./container.ts";
import type { Pod, PodSpec, PodStatus } from "./pod.ts";
import {
  containerStatusLists as lists,
  validateContainerStatuses,
  validateExtendedClaim,
} from "./container-status-validation.ts";
import { validateAnnotationUpdate } from "./pod-validation.ts";

/** Conditions of Kubernetes' own, whose names are not looked at. */
const ownConditions = ["PodScheduled", "Ready", "Initialized"];

export function validatePodStatusUpdate(pod: Pod, old: Pod, errors: FieldErrors): void {
  const { status } = pod;
  validateAnnotationUpdate(pod, old, errors);
  validateConditions(status, errors);
  if (pod.spec.nodeName !== old.spec.nodeName)
    errors.forbidden("status.nodeName", "may not be changed directly");
  validateNomination(pod, old, errors);
  if ((status.observedGeneration ?? 0) < 0)
    errors.invalid("status.observedGeneration", status.observedGeneration, "must be a non-negative integer");
  if ((status.qosClass ?? "") !== (old.status.qosClass ?? ""))
    errors.invalid("status.qosClass", status.qosClass ?? "", "field is immutable");
  for (const list of lists) validateNoRestart(pod, old, list, errors);
  validateClaims(pod, errors);
  validateExtendedClaim(pod, errors);
  for (const list of lists) validateContainerStatuses(pod, list, errors);
  const hosts = status.hostIPs ?? [];
  validateAddresses(status.podIPs ?? [], "status.podIPs", errors, old.status.podIPs);
  if (hosts.length > 0 && hosts[0]?.ip !== (status.hostIP ?? ""))
    errors.invalid("status.hostIPs[0].ip", hosts[0]?.ip, "must be equal to `hostIP`");
  validateAddresses(hosts, "status.hostIPs", errors, old.status.hostIPs);
}

function validateConditions({ conditions = [] }: PodStatus, errors: FieldErrors): void {
  for (const [i, { type, observedGeneration = 0 }] of conditions.entries()) {
    const path = at("status.conditions", i);
    if (observedGeneration < 0)
      errors.invalid(at(path, "observedGeneration"), observedGeneration, "must be a non-negative integer");
    // Upstream writes this one field with a capital.
    if (!ownConditions.includes(type)) errors.invalidEach(at(path, "Type"), type, qualifiedName(type));
  }
}

/** Only a pod that waits for a node is promised one. */
function validateNomination(pod: Pod, old: Pod, errors: FieldErrors): void {
  const path = "status.nominatedNodeName";
  const name = pod.status.nominatedNodeName ?? "";
  if (name === "" || name === (old.status.nominatedNodeName ?? "")) return;
  errors.invalidEach(path, name, dnsSubdomain(name));
  if (old.spec.nodeName) errors.forbidden(path, "may not be set on pods that are already bound to a node");
}

function validateClaims({ spec, status }: Pod, errors: FieldErrors): void {
  const names = new Set((spec.resourceClaims ?? []).map((claim) => claim.name));
  const seen = new Set<string>();
  for (const [i, { name, resourceClaimName: claim }] of (status.resourceClaimStatuses ?? []).entries()) {
    const here = at("status.resourceClaimStatuses", i);
    const path = at(here, "name");
    if (!names.has(name)) errors.invalid(path, name, "must be the name of one of `spec.resourceClaims`");
    if (seen.has(name)) errors.duplicate(path, name);
    seen.add(name);
    if (claim !== undefined) errors.invalidEach(at(here, "resourceClaimName"), claim, dnsSubdomain(claim));
  }
}

interface Address {
  readonly ip: string;
}

/** One of each family at most. Those that were there may stay what they are. */
function validateAddresses(
  addresses: readonly Address[],
  path: string,
  errors: FieldErrors,
  old: readonly Address[] = [],
): void {
  const kept = new Set(old.map((one) => one.ip));
  for (const [i, one] of addresses.entries())
    if (!kept.has(one.ip)) errors.invalidEach(at(path, i), one.ip, ip(one.ip));
  const [first, second, ...rest] = addresses;
  if (first === undefined || second === undefined) return;
  if (rest.length > 0 || isIpv6(first.ip) === isIpv6(second.ip))
    errors.invalid(path, addresses, "may specify no more than one IP for each IP family");
}

/** A container that ended for good may not run again. */
function validateNoRestart(
  { status }: Pod,
  old: Pod,
  list: (typeof lists)[number],
  errors: FieldErrors,
): void {
  if (list !== "ephemeralContainerStatuses" && mayRestartAll(old)) return;
  for (const [i, before] of (old.status[list] ?? []).entries()) {
    const ended = before.state?.terminated;
    if (ended === undefined || restarts(old.spec, list, before.name, ended.exitCode)) continue;
    const now = status[list]?.find((one) => one.name === before.name);
    if (now !== undefined && now.state?.terminated === undefined) {
      errors.forbidden(
        at(at(at("status", list), i), "state"),
        "may not be transitioned to non-terminated state",
      );
    }
  }
}

/** Whether the end of one container may restart all of them (KEP-5532). */
function mayRestartAll({ spec }: Pod): boolean {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  return containers.some((one) =>
    (one.restartPolicyRules ?? []).some((rule) => rule.action === "RestartAllContainers"),
  );
}

function restarts(spec: PodSpec, list: (typeof lists)[number], name: string, exitCode: number): boolean {
  if (list === "ephemeralContainerStatuses") return false;
  const containers = list === "containerStatuses" ? spec.containers : spec.initContainers;
  const container = (containers ?? []).find((one) => one.name === name);
  return container !== undefined && restartsAfter(container, spec, exitCode);
}

/** By the first of its rules that fits, else by its own policy, else by the pod's. */
function restartsAfter(container: Container, spec: PodSpec, exitCode: number): boolean {
  const rule = (container.restartPolicyRules ?? []).find(({ exitCodes }) => {
    const listed = (exitCodes?.values ?? []).includes(exitCode);
    return exitCodes !== undefined && (exitCodes.operator === "In" ? listed : !listed);
  });
  if (container.restartPolicy !== undefined && rule?.action === "Restart") return true;
  const policy = container.restartPolicy ?? spec.restartPolicy;
  return policy === "OnFailure" ? exitCode !== 0 : policy !== "Never";
}
