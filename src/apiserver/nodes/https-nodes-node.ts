/** Kubelets over HTTPS, as `kube-apiserver-kubelet-client`. Each request has a connection of its own: they are few and long. */
import * as https from "node:https";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { Readable } from "node:stream";
import { type ExchangeAnswer, type ExchangeRequest, socketChannel } from "#base/streams";
import type { NodeAccess, NodeTarget } from "./node-access.ts";

/** PEM. */
export interface HttpsNodesOptions {
  readonly certificate: string;
  readonly privateKey: string;
  /**
   * Authorities of the kubelets' serving certificates. Default: these are not checked, as in upstream, since kubelets
   * sign their own.
   */
  readonly authorities?: string;
}

/** What the client and the server say about a connection, not about its content. */
const hopHeaders = new Set([
  "host",
  "authorization",
  "content-length",
  "transfer-encoding",
  "keep-alive",
  "te",
]);

/** Opens a connection for each request. */
export class HttpsNodes implements NodeAccess {
  readonly #options: HttpsNodesOptions;

  constructor(options: HttpsNodesOptions) {
    this.#options = options;
  }

  async send(target: NodeTarget, request: ExchangeRequest, signal: AbortSignal): Promise<ExchangeAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<ExchangeAnswer>();
    const { certificate: cert, privateKey: key, authorities: ca } = this.#options;
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !hopHeaders.has(name)),
    );
    const call = https.request({
      host: target.address,
      port: target.port,
      method: request.method,
      path: request.target,
      headers,
      cert,
      key,
      ...(ca === undefined ? { rejectUnauthorized: false } : { ca }),
      agent: false,
      signal,
    });
    call.on("response", (response: IncomingMessage) => {
      resolve({
        status: response.statusCode ?? 502,
        headers: headersOf(response),
        body: { type: "stream", chunks: response },
      });
    });
    call.on("upgrade", (response: IncomingMessage, socket: Duplex, head: Buffer) => {
      resolve({
        status: response.statusCode ?? 101,
        headers: headersOf(response),
        body: { type: "upgraded", channel: socketChannel(socket, head) },
      });
    });
    call.on("error", reject);
    if (request.body === undefined) call.end();
    else Readable.from(request.body).pipe(call);
    return promise;
  }
}

function headersOf(response: IncomingMessage): Readonly<Record<string, string>> {
  const isUpgrade = response.statusCode === 101;
  const kept = Object.entries(response.headersDistinct).filter(
    ([name]) => !hopHeaders.has(name) && (name !== "connection" || isUpgrade),
  );
  return Object.fromEntries(kept.map(([name, values]) => [name, (values ?? []).join(", ")]));
}
