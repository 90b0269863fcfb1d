/** Calls over a pool of HTTP/1.1 connections, where a server or proxy offers no HTTP/2. */
import type { IncomingMessage } from "node:http";
import https from "node:https";
import { ClientError } from "./errors.ts";
import type { Channel, Incoming, WireRequest } from "./https-transport-node.ts";

export class H1Channel implements Channel {
  readonly usable = true;
  readonly #url: URL;
  readonly #agent: https.Agent;

  constructor(url: URL, agent: https.Agent) {
    this.#url = url;
    this.#agent = agent;
  }

  send(request: WireRequest, signal: AbortSignal): Promise<Incoming> {
    const { promise, resolve, reject } = Promise.withResolvers<Incoming>();
    const { method, path, headers } = request;
    const call = https.request({
      host: this.#url.hostname.replace(/^\[|\]$/g, ""),
      port: Number(this.#url.port || 443),
      agent: this.#agent,
      method,
      path,
      headers,
      signal,
    });
    let connected = false;
    call.once("socket", (socket) => {
      if (!socket.connecting) connected = true;
      else socket.once("secureConnect", () => (connected = true));
    });
    call.once("response", (message: IncomingMessage) => {
      resolve({
        status: message.statusCode ?? 0,
        headers: plainHeaders(message),
        body: bodyOf(message, request, signal),
      });
    });
    call.on("error", (cause) => {
      if (signal.aborted) return reject(signal.reason);
      reject(new ClientError(connected ? "unreachable" : "not-sent", `Cannot ${method} ${path}`, { cause }));
    });
    call.end(request.body);
    return promise;
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function* bodyOf(
  message: IncomingMessage,
  request: WireRequest,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of message) yield chunk as Buffer;
  } catch (cause) {
    signal.throwIfAborted();
    const text = `Cannot ${request.method} ${request.path}: the connection broke`;
    throw new ClientError("unreachable", text, { cause });
  } finally {
    message.destroy();
  }
}

function plainHeaders(message: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return plain;
}
