/**
 * The server's side of a call as the client's room sees it: one function from request to answer, for one
 * already named user. The API server's gate satisfies it (the cluster composes the two), so that the in-process
 * transport and the simulated link need nothing else from it. Who calls from the same process may follow a collection: the
 * server's own state at a place in history, instead of a stream of copies.
 */
import type { ApiRequest, ApiResponse, WatchEvent } from "./transport.ts";

/** An opened watch: the batches, in order. Ending the iteration closes the watch on either side. */
export interface WatchAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly events: AsyncIterable<readonly WatchEvent[]>;
  /** What was asked for with `follow`; then there are no events. */
  readonly collection?: Collection;
}

/** One version of one object of a server in this process, by reference. */
export interface Version {
  /** Names the object in its collection. */
  readonly key: string;
  readonly modRevision: number;
  readonly index: { readonly namespace: string; readonly name: string; readonly uid: string };
}

/** An object that came (no `previous`), changed, or went (no `current`; `last` is its end, at that revision). */
export interface VersionChange {
  readonly previous: Version | undefined;
  readonly current: Version | undefined;
  readonly last: Version | undefined;
}

/** A collection at one revision; immutable, and it costs a pointer. */
export interface CollectionState {
  readonly revision: number;
  get(namespace: string, name: string): Version | undefined;
  at(key: string): Version | undefined;
  /** Of one namespace, or of all for `""`. */
  versions(namespace: string): Iterable<Version>;
  /** Decoded when asked for; shared and read-only. */
  object(version: Version): unknown;
}

/** A place in history that moves when its follower says so. */
export interface Collection extends Disposable {
  /** All that happened up to here is in the state; it moves with the server while nothing of the collection changes. */
  readonly revision: number;
  readonly state: CollectionState;
  /** Waits for a change, moves the state to the newest place, and tells all changes in between; `undefined` at the end. */
  next(): Promise<readonly VersionChange[] | undefined>;
}

/** A call as a handler takes it. */
export interface HandledRequest extends ApiRequest {
  /** For a watch: answer with the collection itself. */
  readonly follow?: boolean;
}

export type ApiAnswer = (ApiResponse & { readonly events?: undefined }) | WatchAnswer;

/**
 * Answers with any status; a refusal is an answer whose body is a `Status`, also for a watch. Rejects only when
 * `signal` aborts or the server goes away. `events` is present exactly when a watch was granted.
 */
export type ApiHandler = (request: HandledRequest, signal: AbortSignal) => Promise<ApiAnswer>;
