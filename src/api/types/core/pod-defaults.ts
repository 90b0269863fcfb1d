/** Defaults of pods: those of every pod spec, and those of a pod that is no template. */
import type { Container } from "./container.ts";
import type { Pod, PodSpec } from "./pod.ts";
import type { ResourceRequirements } from "./resources.ts";

export function defaultPodSpec(spec: PodSpec): void {
  spec.dnsPolicy ||= "ClusterFirst";
  spec.restartPolicy ||= "Always";
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= "default-scheduler";
  // Two names of one field; the old one follows the new.
  if (!spec.serviceAccountName && spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount;
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
}

export function defaultPod({ spec }: Pod): void {
  if (spec === undefined) return;
  spec.enableServiceLinks ??= true;
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  for (const container of containers) {
    requestWhatIsLimited(container.resources);
    if (spec.hostNetwork) takeHostPorts(container);
  }
  if (spec.resources) requestWhatIsLimited(spec.resources);
}

function requestWhatIsLimited(resources: ResourceRequirements | undefined): void {
  if (resources?.limits === undefined) return;
  resources.requests = { ...resources.limits, ...resources.requests };
}

function takeHostPorts(container: Container): void {
  for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
}
