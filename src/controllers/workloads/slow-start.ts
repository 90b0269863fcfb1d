/**
 * Calls in growing batches (1, 2, 4, ...): when the server refuses the first, few have been tried, and when it
 * agrees, many go out together.
 */

export interface BatchOutcome {
  readonly done: number;
  /** The first failure; calls after its batch were not made. */
  readonly error: unknown;
}

/** Calls `act(0)` to `act(count - 1)` until one of a batch fails. */
export async function slowStart(count: number, act: (index: number) => Promise<void>): Promise<BatchOutcome> {
  let done = 0;
  for (let size = 1; done < count; size *= 2) {
    const batch = Array.from({ length: Math.min(size, count - done) }, (_, at) => act(done + at));
    const results = await Promise.allSettled(batch);
    done += results.filter((result) => result.status === "fulfilled").length;
    const failure = results.find((result) => result.status === "rejected");
    if (failure !== undefined) return { done, error: failure.reason };
  }
  return { done, error: undefined };
}
