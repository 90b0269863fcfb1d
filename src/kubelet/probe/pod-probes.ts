/**
 * The probes of one pod: a worker for each probe of each running container. Liveness and readiness wait
 * until the startup probe has succeeded; a container that has ended takes its workers and results with it.
 */
import type { Pod, Probe } from "#api";
import type { Env } from "#base";
import type { EventSink } from "#client";
import { containersOf, fieldPathOf, type PodContainer } from "../pod/containers.ts";
import { latest, type PodObservation, readySandbox } from "../pod/observation.ts";
import type { ContainerStatus } from "../runtime/runtime.ts";
import type { ProbeCounts } from "./probe-counts.ts";
import type { Prober } from "./prober.ts";
import { type ProbeKind, ProbeWorker } from "./probe-worker.ts";
import type { ProbeOutcome, ProbeResults } from "./results.ts";

/** What probes ask by and tell to. */
export interface PodProbesDeps {
  readonly prober: Prober;
  readonly events: EventSink;
  /** As it is now. */
  pod(): Pod;
  /** A result changed: look at the pod again. */
  changed(): void;
  /** Default: nobody counts. */
  readonly counts?: ProbeCounts;
}

const words: Readonly<Record<ProbeKind, string>> = {
  startup: "Startup",
  liveness: "Liveness",
  readiness: "Readiness",
};

/** `sync` it after each look at the runtime. */
export class PodProbes implements ProbeResults {
  readonly #env: Env;
  readonly #deps: PodProbesDeps;
  /** By container id and kind. */
  readonly #workers = new Map<string, ProbeWorker>();
  #podIP = "";

  constructor(env: Env, deps: PodProbesDeps) {
    this.#env = env;
    this.#deps = deps;
  }

  startup(containerId: string): ProbeOutcome | undefined {
    return this.#workers.get(`${containerId} startup`)?.result;
  }

  liveness(containerId: string): ProbeOutcome | undefined {
    return this.#workers.get(`${containerId} liveness`)?.result;
  }

  readiness(containerId: string): ProbeOutcome | undefined {
    return this.#workers.get(`${containerId} readiness`)?.result;
  }

  /** Starts and stops workers for what runs now. A pod that is ending keeps only readiness. */
  sync(
    pod: Pod,
    observed: PodObservation,
    more: { readonly ending: boolean; readonly hostIP: string },
  ): void {
    this.#podIP =
      pod.spec.hostNetwork === true ? more.hostIP : (readySandbox(observed)?.ips[0] ?? this.#podIP);
    const wanted = new Set<string>();
    for (const container of containersOf(pod)) {
      const status = latest(observed, container.spec.name);
      if (
        container.role === "init" ||
        container.role === "ephemeral" ||
        status?.state !== "CONTAINER_RUNNING"
      )
        continue;
      for (const [kind, probe] of this.#due(container, status, more.ending)) {
        wanted.add(`${status.id} ${kind}`);
        this.#ensure(container, status, kind, probe);
      }
    }
    for (const [key, worker] of this.#workers) {
      if (wanted.has(key)) continue;
      worker.stop();
      this.#workers.delete(key);
    }
  }

  stop(): void {
    for (const worker of this.#workers.values()) worker.stop();
    this.#workers.clear();
    this.#deps.counts?.forget(this.#deps.pod().metadata.uid ?? "");
  }

  #due({ spec }: PodContainer, status: ContainerStatus, ending: boolean): (readonly [ProbeKind, Probe])[] {
    const due: (readonly [ProbeKind, Probe])[] = [];
    const { startupProbe, livenessProbe, readinessProbe } = spec;
    if (startupProbe !== undefined && !ending) due.push(["startup", startupProbe]);
    const known =
      startupProbe === undefined || this.startup(status.id) === "success" || this.#startedBefore(status);
    if (livenessProbe !== undefined && known && !ending) due.push(["liveness", livenessProbe]);
    if (readinessProbe !== undefined && (known || ending)) due.push(["readiness", readinessProbe]);
    return due;
  }

  #ensure(container: PodContainer, status: ContainerStatus, kind: ProbeKind, probe: Probe): void {
    const key = `${status.id} ${kind}`;
    if (this.#workers.has(key)) return;
    const { spec } = container;
    const fieldPath = fieldPathOf(container);
    const tell = (reason: string, text: string): void =>
      this.#deps.events.record(this.#deps.pod(), "Warning", reason, `${words[kind]} probe ${text}`, {
        fieldPath,
      });
    const worker = new ProbeWorker(
      this.#env,
      {
        ask: async (signal) => {
          const target = {
            pod: this.#deps.pod(),
            container: spec,
            containerId: status.id,
            podIP: this.#podIP,
          };
          const answer = await this.#deps.prober.probe(target, probe, signal);
          this.#deps.counts?.add(this.#deps.pod(), spec.name, words[kind], answer.outcome);
          if (answer.warning !== undefined) tell("ProbeWarning", `warning: ${answer.warning}`);
          return answer;
        },
        unwell: ({ outcome, output }) =>
          tell(
            "Unhealthy",
            `${outcome === "unknown" ? "errored and resulted in unknown state" : "failed"}: ${output}`,
          ),
        changed: () => this.#deps.changed(),
      },
      { kind, probe, startedAtMs: status.startedAtMs, initial: this.#initial(kind, status) },
    );
    this.#workers.set(key, worker);
    if (worker.kind !== "startup" || worker.result !== "success") worker.start();
  }

  /**
   * What an earlier kubelet has published of the same instance: a restart of the kubelet makes nobody
   * unready.
   */
  #initial(kind: ProbeKind, status: ContainerStatus): ProbeOutcome | undefined {
    if (kind === "liveness") return undefined;
    const published = this.#published(status);
    return (kind === "startup" ? published?.started : published?.ready) === true ? "success" : undefined;
  }

  #startedBefore(status: ContainerStatus): boolean {
    return this.#published(status)?.started === true;
  }

  #published(status: ContainerStatus): { readonly started?: boolean; readonly ready: boolean } | undefined {
    const all = [
      ...(this.#deps.pod().status.initContainerStatuses ?? []),
      ...(this.#deps.pod().status.containerStatuses ?? []),
    ];
    return all.find((one) => one.containerID?.endsWith(`://${status.id}`));
  }
}
