/**
 * How probes and hooks reach a pod's network. Each call is one attempt; the node's implementation uses
 * sockets, the twin asks the simulated containers.
 */
export interface HttpProbe {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
  /** With the query; begins with `/`. */
  readonly path: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** `10.244.0.7:80`, `[fd00::7]:80`. */
export function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

export interface ProbeDialer {
  /**
   * Resolves with any answer, and with the beginning of its body when it is a redirect; those to the same host are
   * followed. Rejects, with a message for the event, when there is none.
   */
  http(probe: HttpProbe, signal: AbortSignal): Promise<HttpAnswer>;
  /** Resolves when the port takes a connection. */
  tcp(host: string, port: number, signal: AbortSignal): Promise<void>;
  /** `grpc.health.v1.Health/Check`: resolves with the serving status (`SERVING`, `NOT_SERVING` ...). */
  grpc(host: string, port: number, service: string, signal: AbortSignal): Promise<string>;
}
