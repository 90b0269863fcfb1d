/**
 * The messages of a simulated link: API calls multiplexed over one `Connection` of base's network.
 *
 *   client: { hello } · { call, request } · { cancel }
 *   server: { answer, status, headers, body } · { answer, ..., watch: true } { events, batch }* { end } · { lost }
 */
import type { ApiRequest, WatchEvent } from "./transport.ts";

export type ClientMessage =
  /** First on each connection: who speaks, standing for the client certificate. */
  | { readonly type: "hello"; readonly user: string }
  | { readonly type: "call"; readonly id: number; readonly request: ApiRequest; readonly watch: boolean }
  | { readonly type: "cancel"; readonly id: number };

export type ServerMessage =
  | {
      readonly type: "answer";
      readonly id: number;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: unknown;
      /** True when events follow. */
      readonly watch: boolean;
    }
  | { readonly type: "events"; readonly id: number; readonly batch: readonly WatchEvent[] }
  | { readonly type: "end"; readonly id: number }
  /** The handler went away while it served this call. */
  | { readonly type: "lost"; readonly id: number };
