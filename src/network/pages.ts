/**
 * Small pages over plain HTTP for probes and scrapers: health, metrics. What is answered is decided here; sockets are
 * in `http-pages-node.ts`.
 */
import type { Metrics } from "#base";
import type { Bound, SocketAddress } from "./dns/sockets.ts";

export interface Page {
  readonly status: number;
  /** By lower-case name; `content-type` is one. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The page at a path, for an Accept header. */
export type PageFor = (path: string, accept: string | undefined) => Page | undefined;

/** Listens and answers GET and HEAD; a path that `page` does not know is 404. */
export interface Pages {
  /** Rejects with `SocketError` `addressInUse` or `failed`. */
  serve(at: SocketAddress, page: PageFor): Promise<Bound>;
}

/** Text for people. */
export function textPage(body: string, status = 200): Page {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body };
}

/** JSON that is not sniffed to be something else. */
export function jsonPage(value: unknown, status: number): Page {
  return {
    status,
    headers: { "content-type": "application/json", "x-content-type-options": "nosniff" },
    body: `${JSON.stringify(value, undefined, 2)}\n`,
  };
}

/** `/metrics` and `/healthz` of a component. */
export function metricsPage(metrics: Metrics, path: string): Page | undefined {
  if (path === "/healthz") return textPage("ok");
  if (path !== "/metrics") return undefined;
  const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };
  return { status: 200, headers, body: metrics.render() };
}
