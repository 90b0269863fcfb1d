/**
 * How a client reaches an API server. Three implementations pass one contract suite: HTTPS, a simulated link,
 * and in process (the same gate as a socket, with the component's own user).
 */
import type { Collection } from "./handler.ts";

/** One API call. `path` carries the query (`/api/v1/pods?limit=5`); `body` is plain JSON data. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  /** Default `application/json`; patches name their type. */
  readonly contentType?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The whole answer; `body` is parsed JSON (read-only, perhaps shared), or text where the server sent text. */
export interface ApiResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface WatchEvent<T = unknown> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  /** For ERROR a `Status`; for BOOKMARK an object with only its kind and resourceVersion (and annotations). */
  readonly object: T;
}

export interface Transport extends AsyncDisposable {
  /** Resolves with any status; rejects with `ClientError` `unreachable` or on abort. */
  request(request: ApiRequest, signal: AbortSignal): Promise<ApiResponse>;
  /**
   * Opens a watch. Rejects with `StatusError` when refused. Batches arrive in order; the iteration ends when the
   * server closes the watch, throws `unreachable` when the link breaks, and stops on abort.
   */
  watch(request: ApiRequest, signal: AbortSignal): Promise<AsyncIterable<readonly WatchEvent[]>>;
  /** Only in process: a watch that is answered with the collection itself. */
  follow?(request: ApiRequest, signal: AbortSignal): Promise<Collection>;
}
