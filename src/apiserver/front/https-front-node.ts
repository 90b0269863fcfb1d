/**
 * The HTTPS front: one port, ALPN `h2` and `http/1.1`, client certificates asked for and never demanded. It
 * frames calls and answers and decides nothing; no byte of a body is read before the gate asks for it.
 */
import type * as http from "node:http";
import * as http2 from "node:http2";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import * as tls from "node:tls";
import { type Component, type Env, assert } from "#base";
import type { Answer, Call } from "../call.ts";
import { DRAIN_MS, FIRST_REQUEST_MS, MAX_HEADER_BYTES, MAX_STREAMS } from "../limits.ts";
import { Watchers } from "./caller-node.ts";
import { serveHttp1 } from "./http1-node.ts";
import { serveHttp2 } from "./http2-node.ts";
import { fingerprintsOf, peerCertificate } from "./peer-certificate-node.ts";

/** Who answers. */
export interface FrontDeps {
  /** The gate. */
  readonly handle: (call: Call) => Promise<Answer>;
}

/** Where and as whom to listen. */
export interface FrontOptions {
  /** Where to listen; port 0 takes a free one, which is then the port of all that say 0. */
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  /** PEM: the serving certificate with its chain, and its key. */
  readonly certificate: string;
  readonly privateKey: string;
  /** PEM of the authorities whose client certificates name users. */
  readonly clientAuthorities: string;
  /** PEM of those whose client certificates are front proxies', which tell of users in headers. Default: none. */
  readonly proxyAuthorities?: string;
}

/** Floods of resets are cut off by these; informers cancel watches often. */
const RESETS = { streamResetBurst: 5_000, streamResetRate: 500 };

/** Listens on every address and hands calls to the gate. */
export class HttpsFront implements Component {
  readonly #env: Env;
  readonly #deps: FrontDeps;
  readonly #options: FrontOptions;
  readonly #servers: tls.Server[] = [];
  readonly #sockets = new Set<tls.TLSSocket>();
  readonly #sessions = new Set<http2.ServerHttp2Session>();
  readonly #closing = new AbortController();
  /** HTTP/1.1 connections in the middle of a request; HTTP/2 sessions close by themselves. */
  readonly #busy = new Set<Duplex>();
  readonly #watching = new Watchers();
  readonly #proxyAuthorities: ReadonlySet<string>;
  #http1: http.Server | undefined;

  constructor(env: Env, deps: FrontDeps, options: FrontOptions) {
    this.#env = env;
    this.#deps = deps;
    this.#options = options;
    this.#proxyAuthorities = fingerprintsOf(options.proxyAuthorities ?? "", options.clientAuthorities);
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#http1 = serveHttp1({
      handle: this.#deps.handle,
      closing: this.#closing.signal,
      watching: this.#watching,
      proxyAuthorities: this.#proxyAuthorities,
      maxHeaderBytes: MAX_HEADER_BYTES,
      busy: this.#busy,
    });
    for (const address of this.#options.addresses) {
      const same = address.port === 0 && this.#servers.length > 0;
      this.#servers.push(await this.#listen(same ? { ...address, port: this.port } : address));
    }
  }

  ready(): string | undefined {
    return this.#servers.length === this.#options.addresses.length ? undefined : "not listening";
  }

  /** The port of the first address. */
  get port(): number {
    const address = this.#servers[0]?.address() as AddressInfo | null | undefined;
    assert(address !== null && address !== undefined, "the front is not listening");
    return address.port;
  }

  /** New connections get the new certificate; open ones go on. */
  setCertificate(certificate: string, privateKey: string): void {
    for (const server of this.#servers) {
      server.setSecureContext({ ...this.#context(), cert: certificate, key: privateKey });
    }
  }

  /** Stops listening, lets requests finish, ends watches, then cuts what is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#watching.close();
    const closed = this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    for (const session of this.#sessions) session.close();
    const cut = this.#env.clock.timer(DRAIN_MS, () => this.#cut()).unref();
    for (const socket of this.#sockets)
      if (socket.alpnProtocol !== "h2" && !this.#busy.has(socket)) socket.end();
    await Promise.all(closed);
    cut.cancel();
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #context(): tls.SecureContextOptions {
    const { certificate, privateKey, clientAuthorities, proxyAuthorities = "" } = this.#options;
    const ca = `${clientAuthorities}\n${proxyAuthorities}`;
    return { cert: certificate, key: privateKey, ca, minVersion: "TLSv1.2" };
  }

  async #listen(address: { readonly host: string; readonly port: number }): Promise<tls.Server> {
    const server = tls.createServer({
      ...this.#context(),
      ALPNProtocols: ["h2", "http/1.1"],
      requestCert: true,
      rejectUnauthorized: false,
    });
    server.on("secureConnection", (socket) => this.#accept(socket));
    server.on("tlsClientError", (error, socket) => {
      this.#env.log.debug("TLS handshake failed", { error: error.message });
      if ("code" in error && error.code === "ERR_SSL_HTTP_REQUEST") refusePlain(socket);
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(address.port, address.host, () => {
        server.off("error", reject);
        resolve();
      });
    });
    return server;
  }

  #accept(socket: tls.TLSSocket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", (error) => this.#env.log.debug("Connection failed", { error: error.message }));
    socket.setNoDelay(true);
    if (this.#closing.signal.aborted) return socket.destroySoon();
    if (socket.alpnProtocol !== "h2") {
      socket.setTimeout(FIRST_REQUEST_MS);
      this.#http1?.emit("connection", socket);
      return;
    }
    const session = http2.performServerHandshake(socket, {
      ...RESETS,
      settings: {
        maxConcurrentStreams: MAX_STREAMS,
        initialWindowSize: 1024 * 1024,
        maxHeaderListSize: MAX_HEADER_BYTES,
      },
    });
    this.#sessions.add(session);
    session.on("close", () => this.#sessions.delete(session));
    session.on("error", (error) => this.#env.log.debug("HTTP/2 session failed", { error: error.message }));
    const certificate = peerCertificate(socket, this.#proxyAuthorities);
    const remoteAddress = socket.remoteAddress ?? "";
    serveHttp2(session, {
      handle: this.#deps.handle,
      watching: this.#watching,
      certificate,
      remoteAddress,
    });
  }
}

/** Who forgot the `s` of https is told, as by servers in Go. The TLS socket is gone by then; the one below still writes. */
function refusePlain(socket: tls.TLSSocket): void {
  const { _parent: below } = socket as unknown as { readonly _parent?: Duplex };
  below?.end("HTTP/1.0 400 Bad Request\r\n\r\nThis port speaks HTTPS, and the request was plain HTTP.\n");
}
