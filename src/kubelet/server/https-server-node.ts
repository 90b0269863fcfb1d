/** The kubelet's port: HTTPS with the node's certificate, client certificates asked for and never demanded. */
import { once } from "node:events";
import type * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { type Component, type Env, messageOf, subjectOf } from "#base";
import {
  type ExchangeAnswer,
  joinChannels,
  nodeHttp,
  pour,
  socketChannel,
  writableSink,
} from "#base/streams";
import type { Caller } from "./caller.ts";
import type { KubeletServer } from "./kubelet-server.ts";
import { serverDrainMs } from "./limits.ts";

/** Where and as whom to listen. */
export interface HttpsServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM. */
  readonly certificate: string;
  readonly privateKey: string;
  /** PEM of the authorities whose client certificates name users. */
  readonly clientAuthorities: string;
}

/** Listens, and hands requests to a `KubeletServer`. */
export class KubeletHttpsServer implements Component {
  readonly #env: Env;
  readonly #server: KubeletServer;
  readonly #options: HttpsServerOptions;
  readonly #sockets = new Set<Duplex>();
  #listener: https.Server | undefined;

  constructor(env: Env, deps: { readonly server: KubeletServer }, options: HttpsServerOptions) {
    this.#env = env;
    this.#server = deps.server;
    this.#options = options;
  }

  async start(signal: AbortSignal): Promise<void> {
    const { host, port, certificate, privateKey, clientAuthorities } = this.#options;
    const listener = https.createServer({
      cert: certificate,
      key: privateKey,
      ca: clientAuthorities,
      requestCert: true,
      rejectUnauthorized: false,
      requestTimeout: 0,
    });
    listener.on("request", (request, response) => void this.#serve(request, response));
    listener.on("upgrade", (request, socket, head) => void this.#upgrade(request, socket, head));
    listener.on("secureConnection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", (error) => this.#env.log.debug("Connection failed", { error: error.message }));
    });
    listener.listen(port, host);
    await once(listener, "listening", { signal });
    this.#listener = listener;
  }

  ready(): string | undefined {
    return this.#listener === undefined ? "not listening" : undefined;
  }

  get port(): number {
    return (this.#listener?.address() as AddressInfo | null)?.port ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    if (listener === undefined) return;
    const closed = once(listener, "close");
    listener.close();
    listener.closeIdleConnections();
    const cut = this.#env.clock.timer(serverDrainMs, () => {
      for (const socket of this.#sockets) socket.destroy();
    });
    await closed;
    cut.cancel();
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    try {
      const answer = await this.#answer(request, gone.signal);
      response.writeHead(answer.status, answer.headers);
      if (answer.body.type === "bytes") response.end(answer.body.bytes);
      else if (answer.body.type === "stream") {
        response.flushHeaders();
        await pour(answer.body.chunks, writableSink(response));
      }
    } catch (error) {
      // The client went away, or the answer broke half way: only cutting the connection says so.
      this.#env.log.debug("An answer broke", { error: messageOf(error) });
      response.destroy();
    }
  }

  async #upgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const gone = new AbortController();
    socket.on("close", () => gone.abort());
    try {
      const answer = await this.#answer(request, gone.signal);
      const channel = socketChannel(socket, head);
      await channel.write(headOf(answer));
      if (answer.body.type === "upgraded") return await joinChannels(channel, answer.body.channel);
      if (answer.body.type === "bytes") await channel.write(answer.body.bytes);
      else await pour(answer.body.chunks, channel);
      channel.end();
    } catch (error) {
      this.#env.log.debug("An upgraded connection broke", { error: messageOf(error) });
      socket.destroy();
    }
  }

  #answer(request: http.IncomingMessage, signal: AbortSignal): Promise<ExchangeAnswer> {
    const headers = Object.fromEntries(
      Object.entries(request.headersDistinct).map(([name, values]) => [name, (values ?? []).join(", ")]),
    );
    const { method = "GET", url = "/" } = request;
    return this.#server.handle({ method, target: url, headers }, callerOf(request), signal);
  }
}

function callerOf(request: http.IncomingMessage): Caller {
  const socket = request.socket as TLSSocket;
  const shown: object | undefined = socket.authorized ? socket.getPeerCertificate().subject : undefined;
  const subject = shown === undefined ? undefined : subjectOf(shown);
  if (subject !== undefined && subject.commonName !== "") return { type: "certificate", subject };
  const token = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  return token === undefined ? { type: "anonymous" } : { type: "token", token };
}

/** The head of an answer on a socket that HTTP has let go of. */
function headOf({ status, headers, body }: ExchangeAnswer): Buffer {
  const length = body.type === "bytes" ? { "content-length": String(body.bytes.length) } : {};
  const ending = status === 101 ? {} : { connection: "close" };
  const lines = Object.entries({ ...headers, ...length, ...ending }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return Buffer.from(`HTTP/1.1 ${status} ${nodeHttp.STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n`);
}
