/** The parts of a node that one pod's worker is made of. */
import type { Pod } from "#api";
import type { EventSink, ResourceClient } from "#client";
import type { PodCgroups } from "../cgroup/pod-cgroups.ts";
import type { ProbeCounts } from "../probe/probe-counts.ts";
import type { Prober } from "../probe/prober.ts";
import type { RuntimeService } from "../runtime/runtime.ts";
import type { StatusManager } from "../status/status-manager.ts";
import type { PodVolumes } from "../volumes/volumes.ts";
import type { Refusal } from "./resize.ts";
import type { PodSteps } from "./steps.ts";

/** What a worker sees and acts by. */
export interface PodWorkerDeps {
  readonly pods: ResourceClient<Pod>;
  readonly runtime: RuntimeService;
  readonly steps: PodSteps;
  readonly prober: Prober;
  readonly volumes: PodVolumes;
  readonly cgroups: PodCgroups;
  readonly status: StatusManager;
  readonly events: EventSink;
  /** Why the node does not grant a pod of its own what it asks for now. */
  refusal(pod: Pod): Refusal | undefined;
  /** Default: nobody counts. */
  readonly probeCounts?: ProbeCounts;
  /** The pod is gone from the API and from the node. */
  finished(): void;
}
