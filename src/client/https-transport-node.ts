/**
 * The transport of separate processes: TLS to an API server, one HTTP/2 connection with all calls and watches on it, or
 * HTTP/1.1 where the server offers no more. A broken connection fails its calls and watches with `unreachable`
 * and the next call connects anew; a connection that could not be made fails with `not-sent`.
 */
import http2 from "node:http2";
import https from "node:https";
import tls from "node:tls";
import { abortable } from "./abortable.ts";
import { ClientError } from "./errors.ts";
import { H1Channel } from "./https-h1-node.ts";
import { H2Channel } from "./https-h2-node.ts";
import { JsonLines } from "./json-lines.ts";
import { answerMaxBytes, connectWithinMs } from "./limits.ts";
import { refusal } from "./paths.ts";
import type { ApiRequest, ApiResponse, Transport, WatchEvent } from "./transport.ts";

/** Where the server is, and who calls. */
export interface HttpsOptions {
  /** `https://127.0.0.1:6443`. */
  readonly server: string;
  /** PEM texts. Without `ca` the machine's authorities are trusted. */
  readonly ca?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  readonly token?: string | undefined;
  /** The name to expect in the server's certificate, when it is not the URL's. */
  readonly serverName?: string | undefined;
  readonly insecure?: boolean | undefined;
}

/** One call's answer while its body still arrives. */
export interface Incoming {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Chunks; throws `unreachable` when the link breaks. Leaving the iteration cancels the call. */
  readonly body: AsyncIterable<Buffer>;
}

/** One connection (HTTP/2) or pool (HTTP/1.1). */
export interface Channel {
  readonly usable: boolean;
  send(request: WireRequest, signal: AbortSignal): Promise<Incoming>;
  close(): void;
}

/** A call ready for the wire. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

/** Connects on first need; dispose it to close the connection. */
export class HttpsTransport implements Transport {
  readonly #url: URL;
  readonly #options: HttpsOptions;
  #channel: Promise<Channel> | undefined;
  #connecting: tls.TLSSocket | undefined;
  #closed = false;

  constructor(options: HttpsOptions) {
    this.#options = options;
    this.#url = new URL(options.server);
  }

  async request(request: ApiRequest, signal: AbortSignal): Promise<ApiResponse> {
    return this.#whole(await this.#send(request, signal));
  }

  async watch(request: ApiRequest, signal: AbortSignal): Promise<AsyncIterable<readonly WatchEvent[]>> {
    const incoming = await this.#send(request, signal);
    if (incoming.status !== 200) throw refusal(request, await this.#whole(incoming));
    return decode(incoming.body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#connecting?.destroy(new Error("the transport is closed"));
    const channel = await this.#channel?.catch(() => undefined);
    channel?.close();
  }

  async #send(request: ApiRequest, signal: AbortSignal): Promise<Incoming> {
    const channel = await abortable(this.#connected(), signal);
    const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    const headers: Record<string, string> = {
      accept: request.accept ?? "application/json",
      ...request.headers,
    };
    if (body !== undefined) {
      headers["content-type"] = request.contentType ?? "application/json";
      headers["content-length"] = String(body.length);
    }
    if (this.#options.token !== undefined) headers.authorization = `Bearer ${this.#options.token}`;
    const prefix = this.#url.pathname === "/" ? "" : this.#url.pathname;
    return channel.send({ method: request.method, path: `${prefix}${request.path}`, headers, body }, signal);
  }

  async #connected(): Promise<Channel> {
    const before = await this.#channel?.catch(() => undefined);
    if (before?.usable && !this.#closed) return before;
    // Several calls may have waited for the same lost connection: the first of them replaces it.
    if (this.#channel !== undefined && (await this.#channel.catch(() => undefined)) === before) {
      this.#channel = undefined;
    }
    // Only now: a connection that is begun after the end is nobody's to close, and holds the process.
    if (this.#closed) throw new ClientError("not-sent", `The transport to ${this.#options.server} is closed`);
    this.#channel ??= this.#connect();
    return this.#channel;
  }

  async #connect(): Promise<Channel> {
    const { promise, resolve, reject } = Promise.withResolvers<tls.TLSSocket>();
    const socket = tls.connect({ ...this.#tlsOptions(), ALPNProtocols: ["h2", "http/1.1"] });
    socket.once("secureConnect", () => resolve(socket));
    socket.once("error", (cause) => {
      reject(new ClientError("not-sent", `Cannot connect to ${this.#options.server}`, { cause }));
    });
    socket.setNoDelay(true);
    // A server may take a connection and never say a word.
    const late = (): void => void socket.destroy(new Error(`no answer within ${connectWithinMs} ms`));
    socket.setTimeout(connectWithinMs, late);
    this.#connecting = socket;
    await promise.finally(() => (this.#connecting = undefined));
    socket.setTimeout(0, late);
    if (socket.alpnProtocol === "h2") {
      return new H2Channel(http2.connect(this.#url.origin, { createConnection: () => socket }), socket);
    }
    socket.destroy();
    return new H1Channel(this.#url, new https.Agent({ ...this.#tlsOptions(), keepAlive: true }));
  }

  #tlsOptions(): tls.ConnectionOptions {
    const { ca, certificate, key, serverName, insecure } = this.#options;
    const host = this.#url.hostname.replace(/^\[|\]$/g, "");
    return {
      host,
      port: Number(this.#url.port || 443),
      rejectUnauthorized: insecure !== true,
      minVersion: "TLSv1.2",
      ...(ca === undefined ? {} : { ca }),
      ...(certificate === undefined ? {} : { cert: certificate }),
      ...(key === undefined ? {} : { key }),
      ...(serverName === undefined ? serverNameOf(host) : { servername: serverName }),
    };
  }

  async #whole(incoming: Incoming): Promise<ApiResponse> {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    for await (const chunk of incoming.body) {
      sizeBytes += chunk.length;
      if (sizeBytes > answerMaxBytes) {
        throw new ClientError("bad-answer", `The answer is longer than ${answerMaxBytes} bytes`);
      }
      chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString("utf8");
    return { status: incoming.status, headers: incoming.headers, body: parse(text, incoming.headers) };
  }
}

/** SNI must not carry an address (RFC 6066); the certificate is checked against the address all the same. */
function serverNameOf(host: string): { servername?: string } {
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host };
}

function parse(text: string, headers: Readonly<Record<string, string>>): unknown {
  if (!headers["content-type"]?.startsWith("application/json")) return text;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ClientError("bad-answer", `The answer is no JSON: "${text.slice(0, 100)}"`, { cause });
  }
}

async function* decode(body: AsyncIterable<Buffer>): AsyncGenerator<readonly WatchEvent[]> {
  const lines = new JsonLines();
  for await (const chunk of body) {
    const batch = lines.push(chunk);
    if (batch.length > 0) yield batch;
  }
}
