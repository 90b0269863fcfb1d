/**
 * What enters and leaves the gate. Sockets and in-process callers make the same `Call`; only the body and the
 * answer differ: bytes for a socket, plain shared data in process.
 */
import type { Subject } from "#base";
import type { ByteChannel } from "#base/streams";
import type { FollowedCollection } from "./registry/collection.ts";
import type { User } from "./user.ts";

/** The identity that TLS proved, if the client showed a certificate of the cluster's client CA or front proxy CA. */
export interface PeerCertificate extends Subject {
  /** Hex SHA-256 of the certificate. */
  readonly fingerprint: string;
  /** It is a front proxy's, which tells of users in headers, and names none itself. */
  readonly isFrontProxy?: true;
}

/** One request before anything is decided. */
export interface Call {
  readonly method: string;
  /** Path and query as sent (`/api/v1/pods?limit=5`). */
  readonly target: string;
  /** By lower-case name. */
  header(name: string): string | undefined;
  /** All values, for headers that repeat (`Impersonate-Group`). */
  headers(prefix: string): readonly (readonly [name: string, value: string])[];
  /** Set by in-process callers, whose identity needs no proof. */
  readonly user?: User;
  /** `untrusted`: one was shown that no client authority vouches for. */
  readonly certificate?: PeerCertificate | "untrusted";
  /** Set by an informer in this process: a watch is answered with the collection itself. */
  readonly follow?: boolean;
  readonly remoteAddress: string;
  /**
   * Reads the body when the gate asks for it, never before authorization. Rejects with 413 over `maxBytes`.
   */
  body(maxBytes: number): Promise<CallBody>;
  /** The body as it comes, for whoever passes it on; instead of `body`. Absent in process. */
  readonly stream?: () => AsyncIterable<Uint8Array>;
  /** Aborts when the client goes away. Ask for it only to wait: a socket makes it when it is asked. */
  readonly signal: AbortSignal;
}

/** Text to decode, or plain data that needs only a shape check. Plain data is copied before it is changed. */
export type CallBody =
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  | { readonly type: "data"; readonly data: unknown };

export interface WatchItem {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: unknown;
}

/** Takes bytes back once they are written, to be used again; who keeps them does not call it. */
export type Release = (bytes: Uint8Array) => void;

/** The answer. A `stream` is pulled chunk by chunk, so that a slow reader costs a cursor and no queue. */
export interface Answer {
  readonly status: number;
  /** To somebody unknown, whose connection takes no further request where many could share it (CVE-2023-44487). */
  readonly isLast?: true;
  /** A list is of lines that cannot be joined (`set-cookie`). */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body:
    | { readonly type: "bytes"; readonly bytes: Uint8Array; readonly release?: Release }
    | { readonly type: "data"; readonly data: unknown }
    /** `live`: chunks are news, which must leave at once (a watch). */
    | {
        readonly type: "stream";
        readonly chunks: AsyncIterable<Uint8Array>;
        readonly live?: true;
        readonly release?: Release;
      }
    /** With status 101: the connection goes on as this channel. */
    | { readonly type: "upgraded"; readonly channel: ByteChannel }
    | { readonly type: "events"; readonly events: AsyncIterable<readonly WatchItem[]> }
    | { readonly type: "followed"; readonly collection: FollowedCollection };
}
