/** HTTP/1.1 on accepted TLS connections, by Node's own parser. */
import type * as http from "node:http";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { joinChannels, nodeHttp, socketChannel } from "#base/streams";
import type { Answer, Call, CallBody, PeerCertificate } from "../call.ts";
import { IDLE_CONNECTION_MS, MAX_REFUSED_BYTES, REFUSED_IDLE_MS } from "../limits.ts";
import { gzipped } from "./gzip-node.ts";
import { Caller, headerPairs, isWatch, type Watchers } from "./caller-node.ts";
import { peerCertificate } from "./peer-certificate-node.ts";
import { readAll } from "./read-body-node.ts";
import { pour, released } from "./pour-node.ts";

export interface Http1Options {
  readonly handle: (call: Call) => Promise<Answer>;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
  /** Those who watch; kept by the server. */
  readonly watching: Watchers;
  /** Fingerprints of the authorities of front proxies. */
  readonly proxyAuthorities: ReadonlySet<string>;
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
  server.on("clientError", refuse);
  return server;
}

/**
 * What cannot be read is told so, unless an answer is under way. What a client still sends then is read and dropped for a
 * while: a connection that ends with something unread is reset, and the client's system drops the answer.
 */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (socket.writableEnded && (socket as TLSSocket).bytesRead < MAX_REFUSED_BYTES) return;
  if (!socket.writable || (socket as TLSSocket).bytesWritten > 0) return void socket.destroy();
  const status =
    error.code === "HPE_HEADER_OVERFLOW" ? "431 Request Header Fields Too Large" : "400 Bad Request";
  const head = `HTTP/1.1 ${status}\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n\r\n`;
  socket.end(head + status);
  (socket as TLSSocket).setTimeout(REFUSED_IDLE_MS, () => socket.destroy());
}

/** A client that asks for another protocol gets it, or a plain answer and a closed connection. */
async function upgrade(
  options: Http1Options,
  request: http.IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const caller = new Caller();
  options.busy.add(socket);
  socket.on("close", () => {
    caller.leave();
    options.busy.delete(socket);
  });
  const stop = (): void => void socket.destroy();
  options.closing.addEventListener("abort", stop, { once: true });
  try {
    const answer = await options.handle(new Http1Call(request, caller, options.proxyAuthorities));
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
    await send(request, response, answer, caller);
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
  const caller = new Caller();
  const { socket } = request;
  options.busy.add(socket);
  socket.setTimeout(0);
  if (isWatch(request.url ?? "")) options.watching.add(caller);
  response.on("close", () => {
    caller.leave();
    options.watching.delete(caller);
    options.busy.delete(socket);
    if (options.closing.aborted) socket.end();
  });
  request.on("error", caller.leave);
  try {
    const answer = await options.handle(new Http1Call(request, caller, options.proxyAuthorities));
    const isHead = request.method === "HEAD";
    const encoded = isHead ? answer : gzipped(answer, request.headers["accept-encoding"]);
    await send(request, response, encoded, caller);
  } catch {
    // The client went away, or the answer broke half way: only cutting the connection says so.
    response.destroy();
  }
}

class Http1Call implements Call {
  readonly method: string;
  readonly target: string;
  readonly remoteAddress: string;
  readonly certificate?: PeerCertificate | "untrusted";
  readonly #request: http.IncomingMessage;
  readonly #caller: Caller;

  constructor(request: http.IncomingMessage, caller: Caller, proxyAuthorities: ReadonlySet<string>) {
    const socket = request.socket as TLSSocket;
    const certificate = peerCertificate(socket, proxyAuthorities);
    this.method = request.method ?? "GET";
    this.target = request.url ?? "/";
    this.remoteAddress = socket.remoteAddress ?? "";
    if (certificate !== undefined) this.certificate = certificate;
    this.#request = request;
    this.#caller = caller;
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return typeof value === "string" ? value : value?.[0];
  }

  headers(prefix: string): readonly (readonly [name: string, value: string])[] {
    return headerPairs(this.#request.rawHeaders, prefix);
  }

  body(maxBytes: number): Promise<CallBody> {
    return readAll(this.#request, this.#request.headers["content-length"], maxBytes);
  }

  stream(): AsyncIterable<Uint8Array> {
    return this.#request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  }

  get signal(): AbortSignal {
    return this.#caller.signal;
  }
}

/** Of chunks that many watchers get, as long as they are about. */
const framed = new WeakMap<Uint8Array, Uint8Array>();

/** Bytes as a chunk of the transfer encoding: made once for many watchers, and one buffer, which TLS need not copy. */
function chunkOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes; // as a chunk it would end the answer
  let chunk = framed.get(bytes);
  if (chunk === undefined) {
    chunk = Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
    framed.set(bytes, chunk);
  }
  return chunk;
}

async function send(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  answer: Answer,
  caller: Caller,
): Promise<void> {
  const { status, headers, body } = answer;
  if (body.type === "bytes") {
    response.writeHead(status, { ...headers, "content-length": body.bytes.length });
    if (request.method === "HEAD") response.end();
    else response.end(body.bytes, body.release && released(body.bytes, body.release));
    return;
  }
  if (body.type !== "stream") throw new Error("a socket was answered with plain data");
  response.writeHead(status, headers);
  response.flushHeaders();
  const { socket } = response;
  // Bytes that are given back may come again with other content.
  const isShared = body.live === true && body.release === undefined;
  if (isShared && response.chunkedEncoding && socket !== null) await pour(body, socket, caller, chunkOf);
  else await pour(body, response, caller);
  response.end();
}
