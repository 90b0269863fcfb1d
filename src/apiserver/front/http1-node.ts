/** HTTP/1.1 on accepted TLS connections, by Node's own parser. */
import type * as http from "node:http";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { joinChannels, nodeHttp, socketChannel } from "#base/streams";
import type { Answer, Call, CallBody } from "../call.ts";
import { IDLE_CONNECTION_MS } from "../limits.ts";
import { gzipped } from "./gzip-node.ts";
import { peerCertificate } from "./peer-certificate-node.ts";
import { readAll } from "./read-body-node.ts";
import { pour } from "./pour-node.ts";

export interface Http1Options {
  readonly handle: (call: Call) => Promise<Answer>;
  /** Aborts when the server closes: open watches end. */
  readonly closing: AbortSignal;
  readonly maxHeaderBytes: number;
  /** The connections that have a request under way; kept by the server. */
  readonly busy: Set<Duplex>;
}

/** A server that listens nowhere: emit `connection` with a socket. */
export function serveHttp1(options: Http1Options): http.Server {
  const server = nodeHttp.createServer({
    maxHeaderSize: options.maxHeaderBytes,
    requestTimeout: 0,
    keepAliveTimeout: IDLE_CONNECTION_MS,
  });
  server.on("request", (request, response) => void serve(options, request, response));
  server.on("upgrade", (request, socket, head) => void upgrade(options, request, socket, head));
  server.on("clientError", (_error, socket) => socket.destroy());
  return server;
}

/** Made once: an abort without a reason makes a DOMException each time. */
const GONE = new Error("the client went away");

/** A client that asks for another protocol gets it, or a plain answer and a closed connection. */
async function upgrade(
  options: Http1Options,
  request: http.IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const gone = new AbortController();
  options.busy.add(socket);
  socket.on("close", () => {
    gone.abort(GONE);
    options.busy.delete(socket);
  });
  const stop = (): void => void socket.destroy();
  options.closing.addEventListener("abort", stop, { once: true });
  try {
    const answer = await options.handle(callOf(options, request, gone.signal));
    if (answer.body.type === "upgraded") {
      const channel = socketChannel(socket, head);
      const lines = Object.entries(answer.headers).flatMap(([name, value]) =>
        [value].flat().map((line) => `${name}: ${line}\r\n`),
      );
      await channel.write(Buffer.from(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}\r\n`));
      return await joinChannels(channel, answer.body.channel);
    }
    const response = new nodeHttp.ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as TLSSocket);
    response.on("finish", () => socket.end());
    await send(request, response, answer, gone.signal);
  } catch {
    // The client went away, or the answer broke half way: only cutting the connection says so.
    socket.destroy();
  } finally {
    options.closing.removeEventListener("abort", stop);
  }
}

async function serve(
  options: Http1Options,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  const { socket } = request;
  options.busy.add(socket);
  socket.setTimeout(0);
  response.on("close", () => {
    gone.abort(GONE);
    options.busy.delete(socket);
    if (options.closing.aborted) socket.end();
  });
  request.on("error", () => gone.abort(GONE));
  try {
    const answer = await options.handle(callOf(options, request, gone.signal));
    const isHead = request.method === "HEAD";
    const encoded = isHead ? answer : gzipped(answer, request.headers["accept-encoding"]);
    await send(request, response, encoded, gone.signal);
  } catch {
    // The client went away, or the answer broke half way: only cutting the connection says so.
    response.destroy();
  }
}

function callOf(options: Http1Options, request: http.IncomingMessage, gone: AbortSignal): Call {
  const socket = request.socket as TLSSocket;
  const certificate = peerCertificate(socket);
  return {
    method: request.method ?? "GET",
    target: request.url ?? "/",
    header: (name) => {
      const value = request.headers[name];
      return typeof value === "string" ? value : value?.[0];
    },
    headers: (prefix) => pairs(request.rawHeaders, prefix),
    ...(certificate === undefined ? {} : { certificate }),
    remoteAddress: socket.remoteAddress ?? "",
    body: (maxBytes): Promise<CallBody> => readAll(request, request.headers["content-length"], maxBytes),
    stream: () => request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>,
    signal: isWatch(request.url) ? AbortSignal.any([gone, options.closing]) : gone,
  };
}

function isWatch(url: string | undefined): boolean {
  return url?.includes("watch=") === true || url?.includes("/watch/") === true;
}

function pairs(raw: readonly string[], prefix: string): [string, string][] {
  const found: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    if (name.startsWith(prefix)) found.push([name, raw[i + 1] as string]);
  }
  return found;
}

async function send(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  answer: Answer,
  gone: AbortSignal,
): Promise<void> {
  const { status, headers, body } = answer;
  if (body.type === "bytes") {
    response.writeHead(status, { ...headers, "content-length": body.bytes.length });
    response.end(request.method === "HEAD" ? undefined : body.bytes);
    return;
  }
  if (body.type !== "stream") throw new Error("a socket was answered with plain data");
  response.writeHead(status, headers);
  response.flushHeaders();
  await pour(body.chunks, response, gone);
  response.end();
}
