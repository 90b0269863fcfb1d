/** What the subresources of a pod may change: its status, its ephemeral containers, its resources. */
import { same } from "../../equal.ts";
import { at, type FieldErrors } from "../../field-errors.ts";
import { ip } from "../../names/ip.ts";
import { dnsSubdomain } from "../../names/dns.ts";
import type { Container } from "./container.ts";
import type { Pod } from "./pod.ts";
import { qosClass } from "./pod-qos.ts";
import { validateContent } from "./pod-validation.ts";

export function validatePodStatusUpdate(pod: Pod, old: Pod, errors: FieldErrors): void {
  const { status } = pod;
  if (pod.spec.nodeName !== old.spec.nodeName)
    errors.forbidden("status.nodeName", "may not be changed directly");
  if (status.nominatedNodeName) {
    errors.invalidEach(
      "status.nominatedNodeName",
      status.nominatedNodeName,
      dnsSubdomain(status.nominatedNodeName),
    );
  }
  for (const list of ["podIPs", "hostIPs"] as const) {
    for (const [i, one] of (status[list] ?? []).entries())
      errors.invalidEach(at(at("status", list), i), one.ip, ip(one.ip));
  }
  if (old.status.qosClass && status.qosClass !== old.status.qosClass) {
    errors.invalid("status.qosClass", status.qosClass ?? "", "field is immutable");
  }
  validateNoRestart(pod, old, errors);
}

/** A container that ended in a pod that restarts none may not run again. */
function validateNoRestart(pod: Pod, old: Pod, errors: FieldErrors): void {
  const policy = pod.spec.restartPolicy;
  if (policy === "Always" || mayRestartAll(pod)) return;
  for (const list of ["containerStatuses", "initContainerStatuses"] as const) {
    const own = new Set(policyOwners(pod, list));
    for (const [i, before] of (old.status[list] ?? []).entries()) {
      const ended = before.state?.terminated;
      if (ended === undefined || own.has(before.name) || (policy === "OnFailure" && ended.exitCode !== 0))
        continue;
      const now = pod.status[list]?.find((one) => one.name === before.name);
      if (now !== undefined && now.state?.terminated === undefined) {
        errors.forbidden(
          at(at(at("status", list), i), "state"),
          "may not be transitioned to non-terminated state",
        );
      }
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

/** Containers with a restart policy of their own. */
function policyOwners({ spec }: Pod, list: "containerStatuses" | "initContainerStatuses"): readonly string[] {
  const containers = list === "containerStatuses" ? spec.containers : spec.initContainers;
  return (containers ?? []).filter((one) => one.restartPolicy !== undefined).map((one) => one.name);
}

export function validateEphemeralContainersUpdate(pod: Pod, old: Pod, errors: FieldErrors): void {
  const path = "spec.ephemeralContainers";
  const now = new Map((pod.spec.ephemeralContainers ?? []).map((one) => [one.name, one]));
  validateContent(pod, errors);
  for (const before of old.spec.ephemeralContainers ?? []) {
    const after = now.get(before.name);
    if (after === undefined)
      errors.forbidden(
        path,
        `existing ephemeral containers ${JSON.stringify(before.name)} may not be removed`,
      );
    else if (!same(after, before))
      errors.forbidden(
        path,
        `existing ephemeral containers ${JSON.stringify(before.name)} may not be changed`,
      );
  }
}

const resizable = ["cpu", "memory"];

/**
 * In-place resize: cpu and memory of running containers, without a change of the pod's quality of service.
 */
export function validateResize(pod: Pod, old: Pod, errors: FieldErrors): void {
  validateContent(pod, errors);
  if (qosClass(pod.spec) !== (old.status.qosClass ?? qosClass(old.spec))) {
    errors.invalid("spec", qosClass(pod.spec), "the pod's QoS class may not change by a resize");
  }
  if (pod.spec.os?.name === "windows") errors.forbidden("spec", "pods running on Windows cannot be resized");
  for (const list of ["containers", "initContainers"] as const) {
    for (const [i, container] of (pod.spec[list] ?? []).entries()) {
      const before = old.spec[list]?.[i];
      if (before === undefined) continue;
      validateResizedContainer(container, before, at(at("spec", list), i), errors, { list });
    }
  }
}

function validateResizedContainer(
  container: Container,
  before: Container,
  path: string,
  errors: FieldErrors,
  rules: { readonly list: "containers" | "initContainers" },
): void {
  const [now, was] = [container.resources ?? {}, before.resources ?? {}];
  if (same(now, was)) return;
  const fixed = rules.list === "initContainers" && container.restartPolicy !== "Always";
  if (fixed) errors.forbidden(at(path, "resources"), "only sidecar init containers can be resized");
  if (!same(now.claims, was.claims)) errors.forbidden(at(path, "resources"), "claims cannot be changed");
  for (const kind of ["requests", "limits"] as const) {
    for (const name of new Set([...Object.keys(now[kind] ?? {}), ...Object.keys(was[kind] ?? {})])) {
      const [after, earlier] = [now[kind]?.[name], was[kind]?.[name]];
      if (after === earlier) continue;
      if (!resizable.includes(name)) errors.forbidden("spec", "only cpu and memory resources are mutable");
      else if (after === undefined)
        errors.forbidden(at(at(path, "resources"), kind), `resource ${name} cannot be removed`);
    }
  }
}
