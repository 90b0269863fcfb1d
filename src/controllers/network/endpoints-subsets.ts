/**
 * The subsets of an Endpoints object: addresses grouped by equal port lists, ready apart from not ready, in a fixed
 * order and at most 1000 of them. Pure.
 */
import type { core, Pod, Service } from "#api";
import { isReady } from "../workloads/pod-state.ts";
import { addressTypesOf } from "./desired-endpoints.ts";
import { addressOf, hostnameOf, isHeadless, targetPortOf } from "./service-pods.ts";

type Subset = core.EndpointSubset;
type Address = core.EndpointAddress;

/** Addresses kept in one Endpoints object; upstream's. */
export const maxAddresses = 1000;

/** The subsets, and whether addresses had to be left out. */
export interface Subsets {
  readonly subsets: readonly Subset[];
  readonly truncated: boolean;
}

/** The subsets of `service` over the pods that back it. */
export function subsetsOf(service: Service, pods: readonly Pod[]): Subsets {
  const family = addressTypesOf(service)[0] ?? "IPv4";
  const tolerant = service.spec.publishNotReadyAddresses === true;
  const entries = pods
    .filter(({ metadata }) => tolerant || metadata.deletionTimestamp === undefined)
    .flatMap((pod) => {
      const ip = addressOf(pod, family);
      const ready = tolerant || isReady(pod);
      return ip === undefined
        ? []
        : [{ address: addressIn(service, pod, ip), ports: portsOf(service, pod), ready }];
    })
    .filter(({ ports }) => ports.length > 0 || isPortless(service))
    .sort((a, b) => Number(b.ready) - Number(a.ready) || byText(a.address.ip, b.address.ip));
  const truncated = entries.length > maxAddresses;
  const groups = new Map<string, Subset & { addresses: Address[]; notReadyAddresses: Address[] }>();
  for (const { address, ports, ready } of entries.slice(0, maxAddresses)) {
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { addresses: [], notReadyAddresses: [], ports };
    (ready ? group.addresses : group.notReadyAddresses).push(address);
    groups.set(key, group);
  }
  const subsets = [...groups.keys()].sort(byText).map((key) => withoutEmpty(groups.get(key)));
  return { subsets, truncated };
}

function addressIn(service: Service, pod: Pod, ip: string): Address {
  const { name = "", namespace = "", uid = "" } = pod.metadata;
  const hostname = hostnameOf(pod, service);
  return {
    ip,
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: "Pod", namespace, name, uid },
  };
}

function portsOf(service: Service, pod: Pod): core.EndpointPort[] {
  const ports = (service.spec.ports ?? []).flatMap((port): core.EndpointPort[] => {
    const number = targetPortOf(pod, port);
    if (number === undefined) return [];
    return [
      {
        ...(port.name ? { name: port.name } : {}),
        port: number,
        protocol: port.protocol ?? "TCP",
        ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
      },
    ];
  });
  return ports.sort((a, b) => byText(a.name ?? "", b.name ?? "") || a.port - b.port);
}

function isPortless(service: Service): boolean {
  return isHeadless(service) && (service.spec.ports ?? []).length === 0;
}

function withoutEmpty(subset: Subset | undefined): Subset {
  return Object.fromEntries(Object.entries(subset ?? {}).filter(([, list]) => list.length > 0));
}

function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
