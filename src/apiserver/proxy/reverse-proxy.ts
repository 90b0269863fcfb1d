/**
 * Passes a request on to a backend and its answer back, as upstream's upgrade-aware proxy does: hop-by-hop headers stay
 * behind, the backend learns under which path it is seen, and its links and redirects lead back through that path.
 */
import { unavailable } from "#api";
import { messageOf } from "#base";
import type { ExchangeAnswer, ExchangeRequest } from "#base/streams";
import type { ResourceRequest } from "../registry/resource-request.ts";
import type { Backend, BackendAccess } from "./backends.ts";
import { LinkRewriter } from "./html-links.ts";
import { plainHtml } from "./packed-html-node.ts";
import { backendPath } from "./proxy-path.ts";

const hopHeaders = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
/** They speak for the backend's own origin, which is not where the client sees it. */
const corsHeader = /^access-control-allow-(credentials|headers|methods|origin)$/;
/** Who asks is the server's affair: its credentials never reach a backend. */
const credential = /^(authorization$|impersonate-|x-remote-)/;

/** Rejects with 503 when the backend cannot be reached. */
export async function reverseProxy(
  access: BackendAccess | undefined,
  backend: Backend,
  request: ResourceRequest,
): Promise<ExchangeAnswer> {
  const { call, info } = request;
  const own = backendPath(info.path);
  if (own === "" && (call.method === "GET" || call.method === "HEAD") && !isUpgrade(request)) {
    const location = `${info.path}/${queryOf(request)}`;
    return { status: 301, headers: { location }, body: { type: "bytes", bytes: new Uint8Array() } };
  }
  if (access === undefined)
    throw unavailable("error trying to reach service: this server has no way to pods");
  const prefix = info.path.endsWith(own) ? info.path.slice(0, info.path.length - own.length) : info.path;
  const exchange: ExchangeRequest = {
    method: call.method,
    target: `${own === "" ? "/" : own}${queryOf(request)}`,
    headers: requestHeaders(request),
    ...bodyOf(request),
  };
  let answer: ExchangeAnswer;
  try {
    answer = await access.send(backend, exchange, request.call.signal);
  } catch (error) {
    request.call.signal.throwIfAborted();
    throw unavailable(`error trying to reach service: ${messageOf(error)}`);
  }
  return answer.body.type === "upgraded" ? answer : seenThrough(prefix, backend, request, answer);
}

function isUpgrade({ call }: ResourceRequest): boolean {
  return call.header("upgrade") !== undefined && /\bupgrade\b/i.test(call.header("connection") ?? "");
}

function queryOf({ call }: ResourceRequest): string {
  const mark = call.target.indexOf("?");
  return mark < 0 ? "" : call.target.slice(mark);
}

function requestHeaders(request: ResourceRequest): Record<string, string> {
  const { call, info } = request;
  const named = new Set((call.header("connection") ?? "").toLowerCase().split(/\s*,\s*/));
  const passed: Record<string, string> = {};
  for (const [name, value] of call.headers("")) {
    if (name === ":authority") passed["host"] ??= value;
    if (name.startsWith(":") || credential.test(name) || hopHeaders.has(name) || named.has(name)) continue;
    const joint = name === "cookie" ? "; " : ", ";
    passed[name] = passed[name] === undefined ? value : `${passed[name]}${joint}${value}`;
  }
  if (isUpgrade(request)) {
    passed["connection"] = "Upgrade";
    passed["upgrade"] = call.header("upgrade") ?? "";
  }
  passed["x-forwarded-uri"] = info.path;
  if (call.remoteAddress !== "") {
    const before = passed["x-forwarded-for"];
    passed["x-forwarded-for"] =
      before === undefined ? call.remoteAddress : `${before}, ${call.remoteAddress}`;
  }
  return passed;
}

/** A body that announces itself is passed on as it comes. */
function bodyOf({ call }: ResourceRequest): Pick<ExchangeRequest, "body"> {
  const hasBody =
    call.stream !== undefined &&
    ((call.header("content-length") ?? "0") !== "0" ||
      call.header("transfer-encoding") !== undefined ||
      (call.header("content-length") === undefined && !/^(GET|HEAD|DELETE|OPTIONS)$/.test(call.method)));
  return hasBody && call.stream !== undefined ? { body: call.stream() } : {};
}

/** The answer with its links turned back to the path that the client knows. */
function seenThrough(
  prefix: string,
  backend: Backend,
  request: ResourceRequest,
  answer: ExchangeAnswer,
): ExchangeAnswer {
  const kept = Object.entries(answer.headers).filter(([name]) => !corsHeader.test(name));
  const headers: Record<string, string | string[]> = Object.fromEntries(kept);
  const host = request.call.header("host") ?? request.call.header(":authority") ?? "";
  const hosts = [`${backend.address}:${backend.port}`, host];
  const turned = (link: string): string => throughPrefix(link, prefix, hosts);
  const location = headers["location"];
  if (typeof location === "string" && location !== "") {
    headers["location"] = turned(location);
    return { ...answer, headers };
  }
  const { body } = answer;
  const isHtml = /^text\/html\s*(;|$)/i.test(String(headers["content-type"] ?? ""));
  const packing = String(headers["content-encoding"] ?? "");
  if (!isHtml || request.call.method === "HEAD" || body.type !== "stream") return { ...answer, headers };
  const plain = plainHtml(body.chunks, packing);
  if (plain === undefined) return { ...answer, headers };
  delete headers["content-length"];
  delete headers["content-encoding"];
  return { ...answer, headers, body: { type: "stream", chunks: new LinkRewriter(turned).rewrite(plain) } };
}

/** A link to a rooted path at the backend, as the client has to ask for it; all others as they are. */
function throughPrefix(link: string, prefix: string, hosts: readonly string[]): string {
  const found = /^(?:[a-z][a-z0-9+.-]*:)?(?:\/\/([^/?#]*))?(.*)$/is.exec(link);
  const [, host, rest = ""] = found ?? [];
  const isElsewhere = host === undefined ? /^[a-z][a-z0-9+.-]*:/i.test(link) : !hosts.includes(host);
  if (isElsewhere || (host === undefined && !rest.startsWith("/"))) return link;
  const path = rest.startsWith("/") ? rest : `/${rest}`;
  return path.startsWith(prefix) ? path : `${prefix}${path}`;
}
