/** An informer as its set runs it. */
import type { KubeObject } from "#api";
import type { Informer } from "./client.ts";
import type { Member } from "./coherence.ts";

/** What `InformerSet` holds. */
export interface RunningInformer<T extends KubeObject> extends Informer<T>, Member {
  /** Hears when the watch breaks, and when it is open again after that. */
  onLink: (event: "broke" | "opened") => void;
  /** Keeps the cache current until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves at the first revision of at least `revision` (and not before the first list). */
  reached(revision: number, signal: AbortSignal): Promise<void>;
  /** Ends a rest after a failure: the server is back. */
  hurry(): void;
}
