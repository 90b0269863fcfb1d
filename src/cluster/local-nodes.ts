/**
 * The way from the API server to kubelets: those of this process by a call, so that many nodes need no ports, and all
 * others over HTTPS.
 */
import type { NodeAccess, NodeTarget } from "#apiserver";
import type { ExchangeAnswer, ExchangeRequest } from "#base/streams";
import type { KubeletServer } from "#kubelet";

/** Kubelets of this process, by the names of their nodes. */
export class LocalNodes implements NodeAccess {
  readonly #servers = new Map<string, KubeletServer>();
  readonly #others: NodeAccess;

  constructor(others: NodeAccess) {
    this.#others = others;
  }

  /** Reached by a call until it is disposed. */
  add(nodeName: string, server: KubeletServer): AsyncDisposable {
    this.#servers.set(nodeName, server);
    return {
      [Symbol.asyncDispose]: async () => {
        if (this.#servers.get(nodeName) === server) this.#servers.delete(nodeName);
      },
    };
  }

  /** True for a node of this process. */
  has(nodeName: string): boolean {
    return this.#servers.has(nodeName);
  }

  send(target: NodeTarget, request: ExchangeRequest, signal: AbortSignal): Promise<ExchangeAnswer> {
    const server = this.#servers.get(target.name);
    if (server === undefined) return this.#others.send(target, request, signal);
    // The API server has authorized it as its own kubelet client would be at the node.
    return server.handle(request, { type: "trusted" }, signal);
  }
}
