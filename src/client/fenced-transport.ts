/**
 * A transport that refuses to write unless its owner leads. The check is made when the call is sent, so a deposed
 * leader that woke up late (a stopped process, a stalled loop) writes nothing.
 */
import { ClientError } from "./errors.ts";
import type { ApiRequest, ApiResponse, Transport, WatchEvent } from "./transport.ts";

/** `inner` with writes allowed only while `leading()`; else `ClientError` `not-leading`. `inner` stays the caller's. */
export class FencedTransport implements Transport {
  readonly #inner: Transport;
  readonly #leading: () => boolean;

  constructor(inner: Transport, leading: () => boolean) {
    this.#inner = inner;
    this.#leading = leading;
  }

  async request(request: ApiRequest, signal: AbortSignal): Promise<ApiResponse> {
    if (request.method !== "GET" && !this.#leading()) {
      throw new ClientError("not-leading", `Cannot ${request.method} ${request.path}: the lease is lost`);
    }
    return this.#inner.request(request, signal);
  }

  watch(request: ApiRequest, signal: AbortSignal): Promise<AsyncIterable<readonly WatchEvent[]>> {
    return this.#inner.watch(request, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The inner transport belongs to whoever made it.
  }
}
