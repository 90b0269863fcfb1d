/**
 * The addresses and ports at which a service answers on a node, and by which policy: its cluster IP by the internal
 * one; external IPs, load balancer addresses and node ports by the external one. Pure.
 */
import { contains, formatIp, parseCidr, parseIp, type Service, type ServicePort } from "#api";
import { disjoint } from "./base-entries.ts";
import { type Family, type Protocol, protocols } from "./entry.ts";
import type { ProxyNode } from "./place.ts";

export interface Frontend {
  readonly family: Family;
  /** `10.96.0.10 . udp . 53`, the key of the maps. */
  readonly key: string;
  readonly protocol: Protocol;
  readonly external: boolean;
  /** Traffic policy Local. */
  readonly local: boolean;
  /** Source ranges that may come, of a load balancer's address; undefined: all. */
  readonly allowed?: readonly string[];
}

/** Marks of services that somebody else proxies. */
const foreignProxy = "service.kubernetes.io/service-proxy-name";

/** True when this proxy carries the service: one with a cluster IP and no proxy of its own. */
export function isProxied({ metadata, spec }: Service): boolean {
  if (spec.type === "ExternalName" || metadata.labels?.[foreignProxy] !== undefined) return false;
  return clusterIps(spec).length > 0;
}

/** Canonical cluster IPs, at most one of each family. */
function clusterIps(spec: Service["spec"]): readonly Uint8Array[] {
  const all = spec.clusterIPs ?? (spec.clusterIP === undefined ? [] : [spec.clusterIP]);
  return all.map(parseIp).filter((bytes) => bytes !== undefined);
}

/** What is in front of one port of a service, in one family. */
export function frontendsOf(
  service: Service,
  port: ServicePort,
  family: Family,
  node: ProxyNode,
): readonly Frontend[] {
  const { spec } = service;
  const protocol = protocols.find((one) => one === port.protocol?.toLowerCase()) ?? "tcp";
  const key = (address: string, number: number): string => `${address} . ${protocol} . ${number}`;
  const local = spec.externalTrafficPolicy === "Local";
  const external = (addresses: readonly string[], number: number): readonly Frontend[] =>
    canonical(addresses, family).map((address) => ({
      family,
      key: key(address, number),
      protocol,
      external: true,
      local,
    }));
  const ips = clusterIps(spec).map(formatIp);
  const internal = canonical(ips, family).map((address) => ({
    family,
    key: key(address, port.port),
    protocol,
    external: false,
    local: spec.internalTrafficPolicy === "Local",
  }));
  if (internal.length === 0) return [];
  const balanced = external(loadBalancerAddresses(service), port.port).map((frontend) => {
    const allowed = allowedSources(service, frontend, node);
    return allowed === undefined ? frontend : { ...frontend, allowed };
  });
  const nodePort = port.nodePort ?? 0;
  const all = [
    ...internal,
    ...external(spec.externalIPs ?? [], port.port),
    ...balanced,
    ...(nodePort === 0 ? [] : external(node.addresses, nodePort)),
  ];
  return [...new Map(all.reverse().map((frontend) => [frontend.key, frontend])).values()].reverse();
}

/** Addresses that the balancer leaves in the packets; with mode Proxy they never reach a node. */
function loadBalancerAddresses({ spec, status }: Service): readonly string[] {
  if (spec.type !== "LoadBalancer") return [];
  return (status.loadBalancer?.ingress ?? [])
    .filter(({ ipMode }) => ipMode !== "Proxy")
    .map(({ ip = "" }) => ip);
}

/**
 * The ranges of `loadBalancerSourceRanges`; with the balancer's own address where they hold one of the node's, since a
 * node that has that address as its own sends from it.
 */
function allowedSources(
  service: Service,
  { key, family }: Frontend,
  node: ProxyNode,
): readonly string[] | undefined {
  const ranges = (service.spec.loadBalancerSourceRanges ?? []).map((range) => range.trim());
  if (ranges.length === 0) return undefined;
  const parsed = ranges.map(parseCidr).filter((range) => range !== undefined);
  const addresses = node.addresses.map(parseIp).filter((address) => address !== undefined);
  const holdsNode = addresses.some((address) => parsed.some((range) => contains(range, address)));
  const own = key.split(" ")[0] ?? "";
  return disjoint(holdsNode ? [...ranges, `${own}/${family === "ip" ? 32 : 128}`] : ranges, family);
}

function canonical(addresses: readonly string[], family: Family): readonly string[] {
  const bytes = addresses.map(parseIp).filter((address) => address !== undefined);
  return bytes.filter(({ length }) => (length === 4) === (family === "ip")).map(formatIp);
}
