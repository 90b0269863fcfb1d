/**
 * Where a service answers by sockets, and which endpoints are behind: the same frontends and the same choice of endpoints
 * as the rules of nftables have (`proxy/frontends.ts`, `proxy/backends.ts`). Pure.
 */
import { contains, type EndpointSlice, parseCidr, parseIp, type Service, type ServicePort } from "#api";
import type { SocketAddress } from "../dns/sockets.ts";
import { type Backend, backendsOf, type Choice, choose } from "../proxy/backends.ts";
import { families } from "../proxy/entry.ts";
import { type Frontend, frontendsOf, isProxied } from "../proxy/frontends.ts";
import type { ProxyNode } from "../proxy/place.ts";
import { type HealthCheck, healthCheckOf } from "../proxy/service-rules.ts";

/** One address and port of a service that has endpoints; one without is not listened at, and so refused. */
export interface Door {
  /** `127.0.0.1 . tcp . 30080`. */
  readonly key: string;
  readonly protocol: "tcp" | "udp";
  readonly at: SocketAddress;
  /** Of the service port that it leads to: clients are remembered by it. */
  readonly port: string;
  /** For clients of this machine. */
  readonly inside: readonly Backend[];
  /** For all others. */
  readonly outside: readonly Backend[];
  /** Source ranges that may come; undefined: all. */
  readonly allowed: readonly string[] | undefined;
  /** How long a client keeps its endpoint; undefined: each connection has one of its own. */
  readonly affinityMs: number | undefined;
}

export interface ServiceDoors {
  readonly doors: readonly Door[];
  readonly healthCheck: HealthCheck | undefined;
}

const none: ServiceDoors = { doors: [], healthCheck: undefined };

/** Doors of a service on a node, whose `addresses` are those that node ports and external addresses may be listened at. */
export function doorsOf(
  service: Service | undefined,
  slices: readonly EndpointSlice[],
  node: ProxyNode,
): ServiceDoors {
  if (service === undefined || !isProxied(service)) return none;
  const doors: Door[] = [];
  const locals = new Set<string>();
  for (const port of service.spec.ports ?? []) {
    for (const family of families) {
      const choice = choose(backendsOf(port, family, slices), node);
      for (const { address, ready } of choice.local) if (ready) locals.add(address);
      const frontends = frontendsOf(service, port, family, node);
      doors.push(...frontends.flatMap((frontend) => doorOf(service, port, frontend, choice, node) ?? []));
    }
  }
  return { doors, healthCheck: healthCheckOf(service, locals.size) };
}

function doorOf(
  { metadata, spec }: Service,
  port: ServicePort,
  { key, protocol, external, local, allowed }: Frontend,
  choice: Choice,
  node: ProxyNode,
): Door | undefined {
  const [address = "", , number] = key.split(" . ");
  if (protocol === "sctp" || (external && !node.addresses.includes(address))) return undefined;
  const near = external || !local ? choice.cluster : choice.local;
  const far = local ? choice.local : choice.cluster;
  if (near.length + far.length === 0) return undefined;
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800;
  return {
    key,
    protocol,
    at: { address, port: Number(number) },
    port: `${metadata.namespace}/${metadata.name}/${port.name ?? ""}/${protocol}`,
    inside: near,
    outside: far,
    allowed,
    affinityMs: spec.sessionAffinity === "ClientIP" ? seconds * 1000 : undefined,
  };
}

/** The endpoints that a client may have; none where its address may not come. */
export function endpointsFor(door: Door, source: string, node: ProxyNode): readonly Backend[] {
  const bytes = parseIp(source.replace(/^::ffff:/, ""));
  if (bytes === undefined) return [];
  const ranges = door.allowed?.map(parseCidr).filter((range) => range !== undefined);
  if (ranges !== undefined && !ranges.some((range) => contains(range, bytes))) return [];
  const loopback =
    bytes.length === 4 ? bytes[0] === 127 : bytes.every((byte, at) => byte === (at === 15 ? 1 : 0));
  return loopback || node.addresses.includes(source) ? door.inside : door.outside;
}
