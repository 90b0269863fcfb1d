/**
 * The endpoints that a service should have, grouped by address family and port set: pods with differing container
 * ports behind one named port need slices of their own. Pure.
 */
import type { Endpoint, Node, Pod, Service } from "#api";
import { discovery } from "#api";
import { isReady } from "../workloads/pod-state.ts";
import { type AddressType, addressOf, hostnameOf, targetPortOf } from "./service-pods.ts";

type EndpointPort = NonNullable<discovery.EndpointSlice["ports"]>[number];

const ZONE = "topology.kubernetes.io/zone";

/** Endpoints that may share slices. */
export interface EndpointGroup {
  readonly addressType: AddressType;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** All groups of one service. */
export interface DesiredEndpoints {
  readonly groups: readonly EndpointGroup[];
  /** Pods left out because their node is not known (yet). */
  readonly skipped: readonly Pod[];
}

/** The families that the service has, its first one first. */
export function addressTypesOf({ spec }: Service): readonly AddressType[] {
  const families = spec.ipFamilies ?? [];
  const types = (["IPv4", "IPv6"] as const).filter((type) => families.includes(type));
  return families[0] === "IPv6" ? types.toReversed() : types.length === 0 ? ["IPv4"] : types;
}

/** Groups the service's pods; `nodeOf` gives a node of the cache. */
export function desiredEndpoints(
  service: Service,
  pods: readonly Pod[],
  nodeOf: (name: string) => Node | undefined,
): DesiredEndpoints {
  const groups = new Map<
    string,
    { addressType: AddressType; ports: readonly EndpointPort[]; endpoints: Endpoint[] }
  >();
  const skipped: Pod[] = [];
  for (const addressType of addressTypesOf(service)) {
    for (const pod of pods) {
      const address = addressOf(pod, addressType);
      if (address === undefined) continue;
      const node = pod.spec.nodeName ? nodeOf(pod.spec.nodeName) : undefined;
      if (pod.spec.nodeName && node === undefined) {
        skipped.push(pod);
        continue;
      }
      const ports = portsOf(service, pod);
      const key = portsKey(addressType, ports);
      const group = groups.get(key) ?? { addressType, ports, endpoints: [] };
      group.endpoints.push(endpointOf(service, pod, address, node));
      groups.set(key, group);
    }
  }
  return { groups: [...groups.values()], skipped };
}

/** Equal for port lists that one slice can serve. */
export function portsKey(addressType: string, ports: readonly EndpointPort[] | null | undefined): string {
  const texts = (ports ?? []).map(({ name, port, protocol, appProtocol }) =>
    JSON.stringify([name ?? "", port ?? 0, protocol ?? "TCP", appProtocol ?? ""]),
  );
  return `${addressType} ${texts.sort().join(" ")}`;
}

function portsOf(service: Service, pod: Pod): readonly EndpointPort[] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = targetPortOf(pod, port);
    if (number === undefined) return [];
    return [
      {
        name: port.name ?? "",
        port: number,
        protocol: port.protocol ?? "TCP",
        ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
      },
    ];
  });
}

function endpointOf(service: Service, pod: Pod, address: string, node: Node | undefined): Endpoint {
  const { name = "", namespace = "", uid = "", deletionTimestamp } = pod.metadata;
  const serving = isReady(pod);
  const terminating = deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const hostname = hostnameOf(pod, service);
  const zone = node?.metadata.labels?.[ZONE];
  const hints = ready ? hintsOf(service, zone, pod.spec.nodeName) : undefined;
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    targetRef: { kind: "Pod", namespace, name, uid },
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    ...(zone === undefined ? {} : { zone }),
    ...(hints === undefined ? {} : { hints }),
  };
}

/** `trafficDistribution` as hints: who should prefer this endpoint. */
function hintsOf(
  service: Service,
  zone: string | undefined,
  nodeName: string | undefined,
): Endpoint["hints"] {
  const wish = service.spec.trafficDistribution;
  const forZones = zone === undefined ? {} : { forZones: [{ name: zone }] };
  if (wish === "PreferSameNode" && nodeName) return { ...forZones, forNodes: [{ name: nodeName }] };
  if ((wish === "PreferClose" || wish === "PreferSameZone") && zone !== undefined) return forZones;
  return undefined;
}
