/** What a pod's worker shows of it: the status, and an event for each new back-off. */
import type { Pod } from "#api";
import type { Env } from "#base";
import type { EventSink } from "#client";
import type { ProbeResults } from "../probe/results.ts";
import type { ContainerStatus } from "../runtime/runtime.ts";
import { podStatus, type Verdict } from "../status/pod-status.ts";
import type { StatusManager } from "../status/status-manager.ts";
import { containersOf, fieldPathOf, type PodContainer, podText } from "./containers.ts";
import { latest, type PodObservation } from "./observation.ts";
import type { Waiting } from "./plan-scope.ts";
import type { PodResources } from "./resize.ts";
import type { StartMemory } from "./start-memory.ts";

/** What is shown, and where. */
export interface PodReportDeps {
  readonly starts: StartMemory;
  readonly resources: PodResources;
  readonly probes: ProbeResults;
  readonly status: StatusManager;
  readonly events: EventSink;
}

/** The node's part in its pods. */
export interface PodReportOptions {
  readonly hostIPs: readonly string[];
  readonly runtimeName: string;
  /** The node refuses the pod: it ends before it begins. */
  readonly refusal?: Verdict;
}

/** One per pod. */
export class PodReport {
  readonly #env: Env;
  readonly #deps: PodReportDeps;
  readonly #options: PodReportOptions;

  constructor(env: Env, deps: PodReportDeps, options: PodReportOptions) {
    this.#env = env;
    this.#deps = deps;
    this.#options = options;
  }

  /** `terminal`: nothing of it runs, and nothing will; `soon`: more is about to change. */
  publish(
    pod: Pod,
    state: {
      readonly observed: PodObservation;
      readonly verdict: Verdict | undefined;
      readonly terminal: boolean;
      readonly when: "now" | "soon";
    },
  ): void {
    const { status, starts, resources, probes } = this.#deps;
    const { hostIPs, runtimeName, refusal } = this.#options;
    const granted = resources.granted(pod);
    const running = containersOf(granted).flatMap(
      (container): (readonly [PodContainer, ContainerStatus])[] => {
        const found = latest(state.observed, container.spec.name);
        return found === undefined ? [] : [[container, found]];
      },
    );
    const next = podStatus({
      ...state,
      pod: granted,
      resize: resources.state(granted, running),
      resources,
      before: status.current(pod),
      probes,
      troubles: starts.troubles,
      refused: refusal !== undefined,
      hostIPs,
      runtimeName,
      now: this.#env.clock.now(),
    });
    status.set(pod, next, state.when);
  }

  /** Shows why containers wait, and tells of each new back-off once. */
  waits(pod: Pod, waiting: readonly Waiting[]): void {
    for (const one of waiting) {
      if (!this.#deps.starts.waits(one)) continue;
      const { container } = one;
      const text = `Back-off restarting failed container ${container.spec.name} in pod ${podText(pod)}`;
      this.#deps.events.record(pod, "Warning", "BackOff", text, { fieldPath: fieldPathOf(container) });
    }
  }
}
