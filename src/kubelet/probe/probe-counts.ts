/** How often probes were answered, and how: `/metrics/probes`. A pod's counts go with it. */
import type { Pod } from "#api";
import type { ProbeAnswer } from "./prober.ts";

const results = { success: "successful", failure: "failed", unknown: "unknown" } as const;

/** A series of the count. */
export interface ProbeCount {
  readonly labels: Readonly<Record<string, string>>;
  value: number;
}

export class ProbeCounts {
  readonly #pods = new Map<string, Map<string, ProbeCount>>();

  /** `type`: `Liveness`. */
  add({ metadata }: Pod, container: string, type: string, outcome: ProbeAnswer["outcome"]): void {
    const { uid = "", name = "", namespace = "" } = metadata;
    const own = this.#pods.get(uid) ?? new Map<string, ProbeCount>();
    this.#pods.set(uid, own);
    const key = `${container} ${type} ${outcome}`;
    const result = results[outcome];
    const labels = { container, namespace, pod: name, pod_uid: uid, probe_type: type, result };
    const count = own.get(key) ?? { labels, value: 0 };
    count.value += 1;
    own.set(key, count);
  }

  forget(uid: string): void {
    this.#pods.delete(uid);
  }

  list(): readonly ProbeCount[] {
    return [...this.#pods.values()].flatMap((own) => [...own.values()]);
  }
}
