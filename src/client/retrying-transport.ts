/**
 * Repeats calls that the server asked to repeat (429 or 5xx with Retry-After) and calls that never reached it. What may
 * have been acted on is never sent twice: that is for the caller's next reconcile.
 */
import type { Env } from "#base";
import { BackOff } from "./back-off.ts";
import { ClientError } from "./errors.ts";
import { callTries, reflectorBackOff, retryAfterMaxMs } from "./limits.ts";
import type { ApiRequest, ApiResponse, Transport, WatchEvent } from "./transport.ts";

/** `inner` with retries; disposes it. */
export class RetryingTransport implements Transport {
  readonly #env: Env;
  readonly #inner: Transport;

  constructor(env: Env, deps: { readonly inner: Transport }) {
    this.#env = env;
    this.#inner = deps.inner;
  }

  async request(request: ApiRequest, signal: AbortSignal): Promise<ApiResponse> {
    const backOff = new BackOff({ ...reflectorBackOff, firstMs: 100 }, this.#env.random);
    for (let tries = 1; ; tries += 1) {
      const wait = await this.#attempt(request, signal, tries === callTries, backOff);
      if (typeof wait !== "number") return wait;
      await this.#env.clock.sleep(wait, signal);
    }
  }

  watch(request: ApiRequest, signal: AbortSignal): Promise<AsyncIterable<readonly WatchEvent[]>> {
    return this.#inner.watch(request, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }

  /** The answer, or how long to wait before the next try. */
  async #attempt(
    request: ApiRequest,
    signal: AbortSignal,
    last: boolean,
    backOff: BackOff,
  ): Promise<ApiResponse | number> {
    try {
      const response = await this.#inner.request(request, signal);
      const wait = retryAfterMs(response);
      return last || wait === undefined ? response : wait;
    } catch (error) {
      if (last || !(error instanceof ClientError) || error.code !== "not-sent") throw error;
      return backOff.next();
    }
  }
}

function retryAfterMs(response: ApiResponse): number | undefined {
  if (response.status !== 429 && response.status < 500) return undefined;
  const seconds = Number(response.headers["retry-after"]);
  if (!Number.isFinite(seconds) || response.headers["retry-after"] === undefined) return undefined;
  return seconds * 1000 > retryAfterMaxMs ? undefined : seconds * 1000;
}
