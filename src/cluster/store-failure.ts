/**
 * The end of a cluster whose store has failed: a journal whose sync failed takes nothing more, and only a new process, which
 * reads the journal anew, knows what is durable. To go on would be to refuse every write for ever.
 */
import type { Env } from "#base";
import { type Revision, type Store, StoreError } from "#store";
import { ClusterError } from "./errors.ts";

/** No store comes so far: waiting for it ends with the store. */
const NEVER = Number.MAX_SAFE_INTEGER as Revision;

/** Fails `env` with a `ClusterError` `store-failed` when the store does. */
export function failWithStore(env: Env, store: Store): void {
  env.tasks.spawn("store", async (signal) => {
    try {
      await store.settled(NEVER, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof StoreError) || error.code === "closed") return;
      const remedy =
        "See to the disk of the data folder and start again: everything that was acknowledged is there.";
      throw new ClusterError("store-failed", `Cannot keep the cluster's state: ${error.message}`, remedy);
    }
  });
}
