/** A simulated node has no cgroups: nothing is kept of what pods would be given. */
import type { PodCgroups } from "../../cgroup/pod-cgroups.ts";

export class SimCgroups implements PodCgroups {
  async start(): Promise<void> {}

  async ensure(): Promise<void> {}

  async remove(): Promise<void> {}
}
