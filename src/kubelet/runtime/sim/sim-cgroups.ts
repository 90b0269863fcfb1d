/** Cgroups of a simulated node: what they would say, by pod. */
import type { Pod } from "#api";
import { type CgroupValues, podCgroupValues } from "../../cgroup/cgroup-values.ts";
import type { PodCgroups } from "../../cgroup/pod-cgroups.ts";

export class SimCgroups implements PodCgroups {
  readonly #pods = new Map<string, Pod>();

  async start(): Promise<void> {}

  async ensure(pod: Pod): Promise<void> {
    this.#pods.set(pod.metadata.uid ?? "", pod);
  }

  async remove(podUid: string): Promise<void> {
    this.#pods.delete(podUid);
  }

  /** Of a pod that has one. */
  valuesOf(podUid: string): CgroupValues | undefined {
    const pod = this.#pods.get(podUid);
    return pod === undefined ? undefined : podCgroupValues(pod, undefined);
  }
}
