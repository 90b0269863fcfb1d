/**
 * How the server reaches the kubelets of its nodes: over HTTPS with a certificate of its own (`https-nodes-node.ts`),
 * or by a call when the kubelet lives in the same process.
 */
import type { ExchangeAnswer, ExchangeRequest } from "#base/streams";

/** A node as its object tells where it is. */
export interface NodeTarget {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** Kubelets, by their nodes. */
export interface NodeAccess {
  /** Resolves with any status; rejects when the node cannot be reached. `signal`: the client has gone. */
  send(target: NodeTarget, request: ExchangeRequest, signal: AbortSignal): Promise<ExchangeAnswer>;
}
