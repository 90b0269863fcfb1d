/**
 * What services and pods have to do with each other: which pods back a service, under which address and ports, and
 * which services a pod's change concerns. Pure; shared by the controllers of EndpointSlices and Endpoints.
 */
import { labelSelectorOfMap, type Pod, type Service, type ServicePort } from "#api";
import { type Change, keyOf, keyText, type Lister } from "#client";
import { isEnded, isReady } from "../workloads/pod-state.ts";

export type AddressType = "IPv4" | "IPv6";

export const HEADLESS_LABEL = "service.kubernetes.io/headless";
export const TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";

/** A service whose endpoints are this cluster's to find. */
export function hasOwnEndpoints(service: Service): boolean {
  return service.spec.type !== "ExternalName" && service.spec.selector !== undefined;
}

export function isHeadless({ spec }: Service): boolean {
  return spec.clusterIP === "None";
}

/** The pods that the service selects and that have an address, ready or not. */
export function podsOf(service: Service, pods: Lister<Pod>): readonly Pod[] {
  const matcher = labelSelectorOfMap(service.spec.selector ?? {});
  return pods
    .list(service.metadata.namespace)
    .filter((pod) => !isEnded(pod) && pod.status.podIP && matcher.matches(pod.metadata.labels ?? {}));
}

/** The pod's address of that family. */
export function addressOf(pod: Pod, type: AddressType): string | undefined {
  const addresses = pod.status.podIPs?.map(({ ip }) => ip) ?? [pod.status.podIP ?? ""];
  return addresses.find((ip) => ip !== "" && (type === "IPv6") === ip.includes(":"));
}

/** The host name by which DNS answers for this pod under the service. */
export function hostnameOf(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec;
  return hostname && subdomain === service.metadata.name ? hostname : undefined;
}

/** The container port that a service port leads to in this pod; undefined when the pod has no port of that name. */
export function targetPortOf(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort === undefined || port.targetPort === 0 ? port.port : port.targetPort;
  if (typeof target === "number") return target;
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  return [...pod.spec.containers, ...sidecars]
    .flatMap(({ ports }) => ports ?? [])
    .find(({ name, protocol }) => name === target && (protocol ?? "TCP") === (port.protocol ?? "TCP"))
    ?.containerPort;
}

/** Keys of the services whose endpoints a pod's change may alter. */
export function servicesOfPod(
  { previous, current }: Change<Pod>,
  services: Lister<Service>,
): readonly string[] {
  if (previous !== undefined && current !== undefined && !concernsEndpoints(previous, current)) return [];
  const versions = [previous, current].filter((pod) => pod !== undefined);
  const namespace = versions[0]?.metadata.namespace;
  return services
    .list(namespace)
    .filter((service) => hasOwnEndpoints(service) && versions.some((pod) => selects(service, pod)))
    .map((service) => keyText(keyOf(service)));
}

function selects(service: Service, pod: Pod): boolean {
  const labels = pod.metadata.labels ?? {};
  return Object.entries(service.spec.selector ?? {}).every(([key, value]) => labels[key] === value);
}

function concernsEndpoints(previous: Pod, current: Pod): boolean {
  return fingerprint(previous) !== fingerprint(current);
}

function fingerprint(pod: Pod): string {
  const { metadata, spec, status } = pod;
  return JSON.stringify([
    metadata.labels,
    metadata.deletionTimestamp !== undefined,
    isReady(pod),
    isEnded(pod),
    status.podIP,
    status.podIPs,
    spec.nodeName,
    spec.hostname,
    spec.subdomain,
  ]);
}
