/** How the server reaches what listens in pods and on nodes, for the `proxy` subresources. */
import type { ByteChannel, ExchangeAnswer, ExchangeRequest } from "#base/streams";

/** One port of a pod or node. */
export interface Backend {
  readonly scheme: "http" | "https";
  readonly address: string;
  readonly port: number;
  /** A connection to it that is open already, where no route leads to its address. */
  readonly channel?: ByteChannel;
}

export interface BackendAccess {
  /** Resolves with any status, and 101 with the connection; rejects when nobody answers. */
  send(backend: Backend, request: ExchangeRequest, signal: AbortSignal): Promise<ExchangeAnswer>;
}
