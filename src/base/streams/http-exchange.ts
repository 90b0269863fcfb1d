/**
 * A request to a node's agent and its answer, apart from how they travel: over HTTPS from another process, or by a call
 * in the same one. An answer of 101 carries the connection that has become something else.
 */
import type { ByteChannel } from "./byte-channel.ts";

/** What is asked. */
export interface ExchangeRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** By lower-case name; several values of one are joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: none. */
  readonly body?: AsyncIterable<Uint8Array>;
}

/** What is answered. */
export interface ExchangeAnswer {
  readonly status: number;
  /** By lower-case name; a list is of lines that cannot be joined (`set-cookie`). */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** `upgraded` exactly with status 101. */
  readonly body:
    | { readonly type: "bytes"; readonly bytes: Uint8Array }
    | { readonly type: "stream"; readonly chunks: AsyncIterable<Uint8Array> }
    | { readonly type: "upgraded"; readonly channel: ByteChannel };
}
