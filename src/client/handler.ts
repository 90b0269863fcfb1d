/**
 * The server's side of a call as the client's room sees it: one function from request to answer, for one
 * already named user. The API server's gate satisfies it (the cluster composes the two), so that the in-process
 * transport and the simulated link need nothing else from it.
 */
import type { ApiRequest, ApiResponse, WatchEvent } from "./transport.ts";

/** An opened watch: the batches, in order. Ending the iteration closes the watch on either side. */
export interface WatchAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly events: AsyncIterable<readonly WatchEvent[]>;
}

export type ApiAnswer = (ApiResponse & { readonly events?: undefined }) | WatchAnswer;

/**
 * Answers with any status; a refusal is an answer whose body is a `Status`, also for a watch. Rejects only when
 * `signal` aborts or the server goes away. `events` is present exactly when a watch was granted.
 */
export type ApiHandler = (request: ApiRequest, signal: AbortSignal) => Promise<ApiAnswer>;
