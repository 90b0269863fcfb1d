/**
 * Follows a runtime's container events for ever: opens the stream again when it breaks, and says that events
 * were missed.
 */
import { type Env, isAbort, messageOf } from "#base";
import { eventStreamBackOff } from "../limits.ts";
import type { ContainerEvent, RuntimeService } from "./runtime.ts";

export interface RuntimeFollower {
  /** The stream stands from now on; what happened before was not told. */
  opened(): void;
  event(event: ContainerEvent): void;
}

/** Resolves when `signal` aborts. */
export async function followRuntime(
  env: Env,
  deps: { readonly runtime: RuntimeService; readonly follower: RuntimeFollower },
  signal: AbortSignal,
): Promise<void> {
  const { runtime, follower } = deps;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const opened = (): void => {
        failures = 0;
        follower.opened();
      };
      for await (const event of runtime.containerEvents(opened, signal)) follower.event(event);
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      env.log.warn("The container runtime's event stream broke", { error: messageOf(error) });
    }
    if (signal.aborted) return;
    const wait = Math.min(eventStreamBackOff.maxMs, eventStreamBackOff.firstMs * 2 ** failures);
    failures += 1;
    await env.clock.sleep(wait, signal);
  }
}
