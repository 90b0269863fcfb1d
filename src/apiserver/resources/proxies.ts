/**
 * The `proxy` subresources: where a pod, a service or a node is reached, as upstream resolves it. Pods of a machine that
 * has only loopback addresses (virtual nodes) are reached through their kubelet.
 */
import {
  badRequest,
  type EndpointSlice,
  type Node,
  notFound,
  parseIp,
  type Pod,
  type Service,
  unavailable,
} from "#api";
import { type ByteChannel, forwardedPort, portForwardRequest } from "#base/streams";
import type { Backend } from "../proxy/backends.ts";
import { backendPath, type ProxyName, parseProxyName } from "../proxy/proxy-path.ts";
import { reverseProxy } from "../proxy/reverse-proxy.ts";
import type { Registry } from "../registry/registry.ts";
import type { ResourceRequest } from "../registry/resource-request.ts";
import type { Action } from "./behaviour.ts";
import { passedOn, relay, targetOf } from "./node-relay.ts";

type Parts = Parameters<Action>;

export const podProxy: Action = async (registry, request, services) => {
  const { scheme, name, port } = nameOf(request);
  const pod = registry.objects.get<Pod>("", "pods", request.info.namespace, name);
  if (pod === undefined) throw notFound(request.resource, name);
  const own = pod.spec.containers.flatMap(({ ports = [] }) => ports ?? [])[0]?.containerPort;
  const number = port === "" ? (own ?? (scheme === "https" ? 443 : 80)) : Number(port);
  return toPod([registry, request, services], pod, pod.status?.podIP ?? "", scheme, number);
};

export const serviceProxy: Action = async (registry, request, services) => {
  const { scheme, name, port } = nameOf(request);
  const service = registry.objects.get<Service>("", "services", request.info.namespace, name);
  if (service === undefined) throw notFound(request.resource, name);
  const found = endpointOf(registry, service, portNameOf(service, port));
  return toPod([registry, request, services], found.pod, found.address, scheme, found.port);
};

/** The kubelet's own paths, or another port of the node. */
export const nodeProxy: Action = async (registry, request, services) => {
  const { scheme, name, port } = nameOf(request);
  const target = targetOf(registry, name);
  if (port !== "" && Number(port) !== target.port) {
    const node = registry.objects.get<Node>("", "nodes", "", name);
    const address = node?.status?.addresses?.find(({ type }) => type === "InternalIP")?.address ?? "";
    checkAddress(address);
    const backend: Backend = { scheme: scheme === "" ? "http" : scheme, address, port: portNumber(port) };
    return passedOn(await reverseProxy(services.backends, backend, request));
  }
  const { target: asked } = request.call;
  const mark = asked.indexOf("?");
  const path = backendPath(request.info.path);
  const tail = `${path === "" ? "/" : path}${mark < 0 ? "" : asked.slice(mark)}`;
  return passedOn(await relay(target, tail, request, services));
};

function nameOf({ info, resource }: ResourceRequest): ProxyName {
  const parsed = parseProxyName(info.name);
  if (parsed !== undefined) return parsed;
  throw badRequest(`invalid ${resource.kind.toLowerCase()} request "${info.name}"`);
}

function portNumber(port: number | string): number {
  const number = Number(port);
  if (Number.isInteger(number) && number > 0 && number < 65_536) return number;
  throw unavailable(`error trying to reach service: invalid port "${port}"`);
}

async function toPod(
  [registry, request, services]: Parts,
  pod: Pod,
  address: string,
  scheme: ProxyName["scheme"],
  port: number,
): ReturnType<Action> {
  const backend: Backend = { scheme: scheme === "" ? "http" : scheme, address, port: portNumber(port) };
  if (!isLoopback(pod.status?.hostIP ?? "")) {
    checkAddress(address);
    return passedOn(await reverseProxy(services.backends, backend, request));
  }
  const { backends } = services;
  const access = backends && {
    send: async (...[to, exchange, signal]: Parameters<typeof backends.send>) => {
      const channel = await throughKubelet([registry, request, services], pod, port);
      return backends.send({ ...to, channel }, exchange, signal);
    },
  };
  return passedOn(await reverseProxy(access, backend, request));
}

/** A connection to a port of a pod, by its kubelet's port-forward. */
async function throughKubelet(
  [registry, request, services]: Parts,
  { metadata, spec }: Pod,
  port: number,
): Promise<ByteChannel> {
  if (services.nodes === undefined) throw new Error("this server reaches no nodes");
  const answer = await services.nodes.send(
    targetOf(registry, spec.nodeName ?? ""),
    portForwardRequest(metadata.namespace ?? "", metadata.name ?? ""),
    request.call.signal,
  );
  return forwardedPort(answer, port);
}

/** The name of the port that is asked for by number, or the name itself. */
function portNameOf(service: Service, port: string): string {
  if (!/^\d+$/.test(port)) return port;
  const found = service.spec.ports?.find((one) => one.port === Number(port));
  if (found !== undefined) return found.name ?? "";
  throw unavailable(`no service port ${port} found for service "${service.metadata.name}"`);
}

interface FoundEndpoint {
  readonly pod: Pod;
  readonly address: string;
  readonly port: number;
}

/** Any ready endpoint whose pod is there and has its address still. */
function endpointOf(registry: Registry, service: Service, portName: string): FoundEndpoint {
  const { name = "", namespace = "" } = service.metadata;
  const found: FoundEndpoint[] = [];
  for (const slice of registry.objects.list<EndpointSlice>("discovery.k8s.io", "endpointslices", namespace)) {
    if (slice.metadata.labels?.["kubernetes.io/service-name"] !== name) continue;
    const port = slice.ports?.find((one) => (one.name ?? "") === portName)?.port;
    if (port === undefined || port === null) continue;
    for (const { addresses, conditions, targetRef } of slice.endpoints ?? []) {
      const address = addresses[0] ?? "";
      if (conditions?.ready === false || targetRef?.kind !== "Pod") continue;
      const pod = registry.objects.get<Pod>("", "pods", targetRef.namespace ?? "", targetRef.name ?? "");
      const isOwn = pod?.status?.podIPs?.some(({ ip }) => ip === address) ?? false;
      if (pod !== undefined && isOwn) found.push({ pod, address, port });
    }
  }
  const chosen = found[registry.env.random.below(Math.max(1, found.length))];
  if (chosen === undefined) throw unavailable(`no endpoints available for service "${name}"`);
  return chosen;
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

/** What a proxy must not be talked into: this machine itself, its links and everybody at once. */
function checkAddress(address: string): void {
  const bytes = parseIp(address);
  if (bytes === undefined || !isGlobalUnicast(bytes)) throw badRequest("address not allowed");
}

function isGlobalUnicast(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  if (bytes.every((byte) => byte === 0)) return false;
  if (bytes.length === 4) return first !== 127 && first < 224 && !(first === 169 && second === 254);
  const isOne = bytes.slice(0, 15).every((byte) => byte === 0);
  return !isOne && first !== 0xff && !(first === 0xfe && (second & 0xc0) === 0x80);
}
