/**
 * What addresses and routes one machine needs so that pods, services and other nodes' pods are found. Pure.
 *
 *   address 10.244.0.1 dev lo                      the node's stable pod-side address: its pods' gateway
 *   10.96.0.0/12  dev lo src 10.244.0.1            services, whose rules send each packet on from there
 *   10.244.1.0/24 via 192.168.7.2                  pods of a node on the same link
 *   10.244.2.0/24 via 10.244.2.1 dev navarch-vxlan pods of a node behind a router: in UDP, to its address
 */
import { formatIp, networkOf, type Node, parseCidr, parseIp } from "#api";
import { disjoint } from "../proxy/base-entries.ts";

/** The device that carries pods' packets to nodes behind routers. */
export const tunnelDevice = "navarch-vxlan";

export interface Route {
  /** `10.244.1.0/24`. */
  readonly destination: string;
  readonly via?: string;
  readonly device?: string;
  readonly source?: string;
}

/** Another node's pods: where the node is, and which addresses they have. */
export interface Neighbor {
  readonly podCidr: string;
  readonly address: string;
}

export interface NetworkPlan {
  /** Undefined until the node has its range. */
  readonly podSideAddress: string | undefined;
  readonly serviceRoutes: readonly Route[];
  readonly neighbors: readonly Neighbor[];
}

/** `nodes`: all of the cluster; `serviceCidrs`: ranges of service addresses. IPv4 only. */
export function networkPlan(
  nodeName: string,
  nodes: readonly Node[],
  serviceCidrs: readonly string[],
): NetworkPlan {
  const own = nodes.find(({ metadata }) => metadata.name === nodeName);
  const podSideAddress = own === undefined ? undefined : firstAddress(podCidrOf(own));
  const source = podSideAddress === undefined ? {} : { source: podSideAddress };
  return {
    podSideAddress,
    serviceRoutes: disjoint(serviceCidrs, "ip").map((destination) => ({
      destination,
      device: "lo",
      ...source,
    })),
    neighbors: nodes
      .filter((node) => node !== own)
      .flatMap((node) => {
        const podCidr = podCidrOf(node);
        const address = nodeAddress(node);
        return podCidr === undefined || address === undefined ? [] : [{ podCidr, address }];
      })
      .sort((a, b) => (a.podCidr < b.podCidr ? -1 : 1)),
  };
}

/** To a neighbour on the same link. */
export function directRoute({ podCidr, address }: Neighbor): Route {
  return { destination: podCidr, via: address };
}

/** To a neighbour behind a router, through the tunnel. */
export function tunnelRoute({ podCidr }: Neighbor, source: string): Route {
  return { destination: podCidr, via: firstAddress(podCidr) ?? "", device: tunnelDevice, source };
}

/** The hardware address of a node's end of the tunnel, which follows from its first address, so that nobody has to tell it. */
export function tunnelMac(podSideAddress: string): string {
  const bytes = parseIp(podSideAddress) ?? new Uint8Array(4);
  return ["0e", "4e", ...[...bytes].map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
}

/** `10.244.0.1` of `10.244.0.0/24`: what pods have as their gateway. */
export function firstAddress(cidr: string | undefined): string | undefined {
  const parsed = parseCidr(cidr ?? "");
  if (parsed === undefined || parsed.address.length !== 4) return undefined;
  const bytes = Uint8Array.from(networkOf(parsed));
  bytes[3] = (bytes[3] ?? 0) + 1;
  return formatIp(bytes);
}

function podCidrOf({ spec }: Node): string | undefined {
  const all = [...(spec.podCIDRs ?? []), spec.podCIDR ?? ""];
  return all.find((cidr) => firstAddress(cidr) !== undefined);
}

/** Loopback is another machine's own: virtual nodes have nothing to be reached. */
function nodeAddress({ status }: Node): string | undefined {
  const internal = (status.addresses ?? []).filter(({ type }) => type === "InternalIP");
  return internal
    .map(({ address }) => address)
    .find((text) => parseIp(text)?.length === 4 && !text.startsWith("127."));
}
