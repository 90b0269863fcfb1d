/**
 * The in-process transport: calls enter the API server's gate as function calls. A body is handed over as plain
 * data and must not be changed afterwards; answers are shared and read-only.
 */
import { ClientError } from "./errors.ts";
import type { ApiHandler, Collection, HandledRequest } from "./handler.ts";
import { refusal } from "./paths.ts";
import type { ApiRequest, ApiResponse, Transport, WatchEvent } from "./transport.ts";

/** A transport over `handler`. Disposing it ends its watches and refuses later calls; those under way end by themselves. */
export class HandlerTransport implements Transport {
  readonly #handler: ApiHandler;
  readonly #closed = new AbortController();

  constructor(handler: ApiHandler) {
    this.#handler = handler;
  }

  async request(request: ApiRequest, signal: AbortSignal): Promise<ApiResponse> {
    const answer = await this.#call(request, signal);
    if (answer.events === undefined) return answer;
    throw new ClientError("bad-answer", `Cannot ${request.method} ${request.path}: the answer is a watch`);
  }

  async watch(request: ApiRequest, signal: AbortSignal): Promise<AsyncIterable<readonly WatchEvent[]>> {
    const answer = await this.#call(request, AbortSignal.any([signal, this.#closed.signal]));
    if (answer.events === undefined) throw refusal(request, answer);
    return answer.events;
  }

  /** A watch whose answer is the collection itself, at its place. Rejects with `StatusError` when refused. */
  async follow(request: ApiRequest, signal: AbortSignal): Promise<Collection> {
    const followed = { ...request, follow: true };
    const answer = await this.#call(followed, AbortSignal.any([signal, this.#closed.signal]));
    if (answer.events === undefined) throw refusal(request, answer);
    if (answer.collection !== undefined) return answer.collection;
    throw new ClientError("bad-answer", `Cannot follow ${request.path}: the answer is a plain watch`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new ClientError("unreachable", "The in-process transport is closed"));
  }

  #call(request: HandledRequest, signal: AbortSignal): ReturnType<ApiHandler> {
    if (this.#closed.signal.aborted) {
      return Promise.reject(new ClientError("not-sent", "The in-process transport is closed"));
    }
    signal.throwIfAborted();
    return this.#handler(request, signal);
  }
}
