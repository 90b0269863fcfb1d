/** Kubelets over HTTPS, as `kube-apiserver-kubelet-client`. Each request has a connection of its own: they are few and long. */
import type { ExchangeAnswer, ExchangeRequest } from "#base/streams";
import { httpExchange } from "./http-exchange-node.ts";
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

/** Opens a connection for each request. */
export class HttpsNodes implements NodeAccess {
  readonly #options: HttpsNodesOptions;

  constructor(options: HttpsNodesOptions) {
    this.#options = options;
  }

  async send(target: NodeTarget, request: ExchangeRequest, signal: AbortSignal): Promise<ExchangeAnswer> {
    const { certificate: cert, privateKey: key, authorities: ca } = this.#options;
    const trust = ca === undefined ? { rejectUnauthorized: false } : { ca };
    const { address: host, port } = target;
    return httpExchange({ scheme: "https", host, port, cert, key, ...trust }, request, signal);
  }
}
