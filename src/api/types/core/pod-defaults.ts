/** Defaults of pods: those of every pod spec, and those of a pod that is no template. */
import type { ObjectMeta } from "../meta/object-meta.ts";
import type { Container } from "./container.ts";
import type { Pod, PodSpec, PodTemplateSpec } from "./pod.ts";
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

export function defaultPodTemplate({ metadata }: PodTemplateSpec): void {
  dropFormerInitContainers(metadata);
}

export function defaultPod({ metadata, spec }: Pod): void {
  dropFormerInitContainers(metadata);
  if (spec === undefined) return;
  spec.enableServiceLinks ??= true;
  // Of a template it stays as it is.
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1;
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  for (const container of containers) {
    requestWhatIsLimited(container.resources);
    if (spec.hostNetwork) takeHostPorts(container);
  }
  if (spec.resources) requestWhatIsLimited(spec.resources);
}

/** Init containers have been a field since v1.8; an old kubelet would believe these. */
const formerInitContainers = ["alpha", "beta"].flatMap((stage) => [
  `pod.${stage}.kubernetes.io/init-containers`,
  `pod.${stage}.kubernetes.io/init-container-statuses`,
]);

function dropFormerInitContainers(metadata: ObjectMeta | undefined): void {
  const annotations = metadata?.annotations;
  if (metadata === undefined || annotations === undefined) return;
  for (const name of formerInitContainers) delete annotations[name];
  if (Object.keys(annotations).length === 0) delete metadata.annotations;
}

function requestWhatIsLimited(resources: ResourceRequirements | undefined): void {
  if (resources?.limits === undefined) return;
  resources.requests = { ...resources.limits, ...resources.requests };
}

function takeHostPorts(container: Container): void {
  for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
}
