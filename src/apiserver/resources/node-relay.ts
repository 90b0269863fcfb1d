/**
 * Requests that a node answers: found by the Node object, passed on, and its answer passed back as it comes. What a
 * kubelet refuses becomes a Status as upstream words it.
 */
import { badRequest, internal, type Node, notFound, StatusError } from "#api";
import { messageOf } from "#base";
import type { ExchangeAnswer, ExchangeRequest } from "#base/streams";
import { MAX_REFUSAL_BYTES } from "../limits.ts";
import type { NodeTarget } from "../nodes/node-access.ts";
import type { Outcome } from "../registry/outcome.ts";
import type { Registry } from "../registry/registry.ts";
import type { ResourceRequest } from "../registry/resource-request.ts";
import type { ServerServices } from "./server-services.ts";

/** Upstream's preference for the addresses of a node. */
const addressTypes = ["Hostname", "InternalDNS", "InternalIP", "ExternalDNS", "ExternalIP"];
const defaultPort = 10_250;

/** Where a node's kubelet listens. Throws 404, or 500 without an address. */
export function targetOf(registry: Registry, name: string): NodeTarget {
  const resource = registry.catalog.of("", "nodes");
  const node = registry.objects.get<Node>("", "nodes", "", name);
  if (node === undefined) throw notFound(resource, name);
  const addresses = node.status?.addresses ?? [];
  // A name that only the node itself knows leads nowhere: its addresses come first here.
  const found = addressTypes
    .toSorted((a, b) => Number(b.endsWith("IP")) - Number(a.endsWith("IP")))
    .map((type) => addresses.find((one) => one.type === type)?.address)
    .find((address) => address !== undefined);
  if (found === undefined) throw internal(`no preferred addresses found; known addresses: []`);
  return { name, address: found, port: node.status?.daemonEndpoints?.kubeletEndpoint?.Port ?? defaultPort };
}

/** Asks a node's kubelet, with the client's headers unless others are given, and passes on whatever it answers. */
export async function relay(
  target: NodeTarget,
  path: string,
  request: ResourceRequest,
  services: ServerServices,
  headers: ExchangeRequest["headers"] = passedHeaders(request.call.headers("")),
): Promise<ExchangeAnswer> {
  if (services.nodes === undefined) throw internal("this server reaches no nodes");
  const { call } = request;
  const exchange: ExchangeRequest = {
    method: call.method,
    target: path,
    headers,
    ...bodyOf(call.method, request),
  };
  try {
    return await services.nodes.send(target, exchange, request.call.signal);
  } catch (error) {
    request.call.signal.throwIfAborted();
    throw internal(`error dialing backend: ${messageOf(error)}`, error);
  }
}

/** The answer as it is, whatever its status. */
export function passedOn(answer: ExchangeAnswer): Outcome {
  return { type: "relayed", answer };
}

/** The answer when it is good; else the Status for it. */
export async function checked(answer: ExchangeAnswer, request: ResourceRequest): Promise<ExchangeAnswer> {
  if (answer.status < 300) return answer;
  const text = (await textOf(answer)).trimEnd();
  const { info, resource } = request;
  if (answer.status === 500) throw internal(text);
  if (answer.status === 400) throw badRequest(text);
  const details = {
    name: info.name,
    kind: resource.plural,
    causes: [{ reason: "UnexpectedServerResponse", message: text }],
  };
  const reason = answer.status === 404 ? "NotFound" : answer.status === 403 ? "Forbidden" : "InternalError";
  const what = `the server could not find the requested resource ( ${resource.plural}/${info.subresource} ${info.name})`;
  const message = answer.status === 404 ? what : `the server responded with status ${answer.status}: ${text}`;
  throw new StatusError(answer.status, reason, message, details);
}

/** Without who asks: to the node the server speaks for itself. Headers that repeat are joined. */
function passedHeaders(all: readonly (readonly [name: string, value: string])[]): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of all) {
    if (
      /^(:|authorization$|cookie$|impersonate-|(host|content-length|transfer-encoding|keep-alive|te)$)/.test(
        name,
      )
    )
      continue;
    passed[name] = passed[name] === undefined ? value : `${passed[name]}, ${value}`;
  }
  return passed;
}

function bodyOf(method: string, request: ResourceRequest): Pick<ExchangeRequest, "body"> {
  if (method === "GET" || method === "HEAD" || request.call.header("upgrade") !== undefined) return {};
  return { body: wholeBody(request) };
}

async function* wholeBody({ call }: ResourceRequest): AsyncGenerator<Uint8Array> {
  const body = await call.body(MAX_REFUSAL_BYTES);
  if (body.type === "bytes" && body.bytes.length > 0) yield body.bytes;
}

async function textOf({ body }: ExchangeAnswer): Promise<string> {
  if (body.type === "bytes") return Buffer.from(body.bytes).toString();
  if (body.type === "upgraded") return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body.chunks) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_REFUSAL_BYTES) break;
  }
  return Buffer.concat(chunks).toString();
}
