/**
 * The in-process transport: calls enter the API server's gate as function calls. A body is handed over as plain
 * data and must not be changed afterwards; answers are shared and read-only.
 */
import { ClientError } from "./errors.ts";
import type { ApiHandler } from "./handler.ts";
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

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new ClientError("unreachable", "The in-process transport is closed"));
  }

  #call(request: ApiRequest, signal: AbortSignal): ReturnType<ApiHandler> {
    if (this.#closed.signal.aborted) {
      return Promise.reject(new ClientError("not-sent", "The in-process transport is closed"));
    }
    signal.throwIfAborted();
    return this.#handler(request, signal);
  }
}
