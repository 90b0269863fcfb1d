/** Waiting without looking again and again: for objects by a watch, for a runtime by its events. */
import type { KubeObject } from "#api";
import type { Env } from "#base";
import type { ResourceClient, WatchOptions } from "#client";
import type { RuntimeService } from "../runtime/runtime.ts";

/** The objects that were there when `holds` of them, or at last; asked when all are known, and after each change. */
export async function awaitObjects<T extends KubeObject>(
  env: Pick<Env, "clock">,
  resource: ResourceClient<T>,
  selection: WatchOptions,
  holds: (objects: readonly T[]) => boolean,
  withinSeconds: number,
): Promise<{ readonly objects: readonly T[]; readonly held: boolean }> {
  const known = new Map<string, T>();
  const options = { ...selection, sendInitialEvents: true, allowWatchBookmarks: true } as const;
  const held = await within(env, withinSeconds, async (signal) => {
    known.clear();
    let complete = false;
    const batches = await resource.watch({ ...options, resourceVersionMatch: "NotOlderThan" }, signal);
    for await (const batch of batches) {
      for (const { type, object } of batch) {
        if (type === "ERROR") return false;
        if (type === "BOOKMARK") complete = true;
        else if (type === "DELETED") known.delete(object.metadata.name ?? "");
        else known.set(object.metadata.name ?? "", object);
        if (complete && holds([...known.values()])) return true;
      }
    }
    return false;
  });
  return { objects: [...known.values()], held };
}

/** True when `holds`, asked now and after each event of the runtime; false when it did not in that time. */
export async function awaitRuntime(
  env: Pick<Env, "clock">,
  runtime: Pick<RuntimeService, "containerEvents">,
  holds: () => Promise<boolean>,
  withinSeconds: number,
): Promise<boolean> {
  return within(env, withinSeconds, async (signal) => {
    const opened = Promise.withResolvers<void>();
    const events = runtime.containerEvents(opened.resolve, signal)[Symbol.asyncIterator]();
    let next = events.next();
    await opened.promise;
    try {
      while (!(await holds())) {
        if ((await next).done === true) return false;
        next = events.next();
      }
      return true;
    } finally {
      next.catch(() => {
        // The stream ends with the wait.
      });
    }
  });
}

/** Tries again what ends early, until it is true or the time is over. */
async function within(
  env: Pick<Env, "clock">,
  seconds: number,
  attempt: (signal: AbortSignal) => Promise<boolean>,
): Promise<boolean> {
  const over = new AbortController();
  const timer = env.clock.timer(seconds * 1000, () => over.abort());
  try {
    while (!over.signal.aborted) if (await attempt(over.signal)) return true;
  } catch (error) {
    if (!over.signal.aborted) throw error;
  } finally {
    timer.cancel();
    over.abort();
  }
  return false;
}
