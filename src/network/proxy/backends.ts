/**
 * Which endpoints a service port has, by traffic policy: ready ones near by topology hints, else serving ones that
 * terminate. Semantics of kube-proxy's categories, KEP-1669 (terminating endpoints), KEP-2433 (hints) and KEP-3015
 * (nodes preferred). Pure.
 */
import { type EndpointSlice, formatIp, type ObjectReference, parseIp, type ServicePort } from "#api";
import type { Family } from "./entry.ts";
import { maxEndpointsPerPort } from "./limits.ts";
import type { ProxyNode } from "./place.ts";

/** One endpoint as rules need it. */
export interface Backend {
  readonly address: string;
  readonly port: number;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  /** Absent for endpoints that are on no node. */
  readonly node: string | undefined;
  /** The pod that it is, as `namespace/name`. */
  readonly pod: string | undefined;
  readonly zoneHints: readonly string[];
  readonly nodeHints: readonly string[];
}

/** What traffic may reach. */
export interface Choice {
  /** For policy Cluster. */
  readonly cluster: readonly Backend[];
  /** For policy Local: on this node. */
  readonly local: readonly Backend[];
}

/** The endpoints of one port of a service, each address and port once, in the order of their text. */
export function backendsOf(
  port: ServicePort,
  family: Family,
  slices: readonly EndpointSlice[],
): readonly Backend[] {
  const wanted = family === "ip" ? "IPv4" : "IPv6";
  const found = new Map<string, Backend>();
  for (const slice of slices) {
    if (slice.addressType !== wanted) continue;
    const target = (slice.ports ?? []).find(
      (one) => (one.name ?? "") === (port.name ?? "") && (one.protocol ?? "TCP") === (port.protocol ?? "TCP"),
    );
    if (target?.port === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const bytes = parseIp(endpoint.addresses[0] ?? "");
      if (bytes === undefined) continue;
      const { ready = true, serving = true, terminating = false } = endpoint.conditions ?? {};
      const address = formatIp(bytes);
      const key = `${address} ${target.port}`;
      const known = found.get(key);
      if (known !== undefined && rank(known) >= rank({ ready, serving })) continue;
      found.set(key, {
        address,
        port: target.port,
        ready,
        serving,
        terminating,
        node: endpoint.nodeName,
        pod: podOf(endpoint.targetRef),
        zoneHints: (endpoint.hints?.forZones ?? []).map(({ name }) => name),
        nodeHints: (endpoint.hints?.forNodes ?? []).map(({ name }) => name),
      });
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, backend]) => backend);
}

function podOf(target: ObjectReference | undefined): string | undefined {
  return target?.kind === "Pod" ? `${target.namespace}/${target.name}` : undefined;
}

/** Of two words on one endpoint, while it moves between slices, the better one counts. */
function rank({ ready, serving }: { readonly ready: boolean; readonly serving: boolean }): number {
  return ready ? 2 : serving ? 1 : 0;
}

/** Splits by policy. */
export function choose(backends: readonly Backend[], node: ProxyNode): Choice {
  const ready = backends.filter((backend) => backend.ready);
  const leaving = backends.filter((backend) => !backend.ready && backend.serving && backend.terminating);
  const here = ({ node: name }: Backend): boolean => name === node.name;
  const cluster = ready.length > 0 ? near(ready, node) : leaving;
  const localReady = ready.filter(here);
  const local = localReady.length > 0 ? localReady : leaving.filter(here);
  return { cluster: cluster.slice(0, maxEndpointsPerPort), local: local.slice(0, maxEndpointsPerPort) };
}

/** By hints for nodes, else for zones; hints count only when all ready endpoints have them and one points here. */
function near(ready: readonly Backend[], { name, zone }: ProxyNode): readonly Backend[] {
  if (ready.every(({ nodeHints }) => nodeHints.length > 0)) {
    const hinted = ready.filter(({ nodeHints }) => nodeHints.includes(name));
    if (hinted.length > 0) return hinted;
  }
  if (zone !== "" && ready.every(({ zoneHints }) => zoneHints.length > 0)) {
    const hinted = ready.filter(({ zoneHints }) => zoneHints.includes(zone));
    if (hinted.length > 0) return hinted;
  }
  return ready;
}
