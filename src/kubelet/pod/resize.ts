/**
 * Resources that change while a pod runs (KEP-1287): the node grants what fits, and until then the pod goes
 * on with what it had; what was granted is then given to its containers, each by its resize policy.
 *
 *   spec --fits?--> granted --update or restart--> applied
 *     \--> PodResizePending         \--> PodResizeInProgress
 *
 * What was granted is in the pod's status, what was applied first is with the container; so both outlive the
 * kubelet.
 */
import { type Container, type Pod, type ResourceRequirements, same } from "#api";
import type { EventSink } from "#client";
import { containerResourcesAnnotation } from "../runtime/labels.ts";
import type { ContainerStatus } from "../runtime/runtime.ts";
import { initContainersOf, mainContainersOf, type PodContainer } from "./containers.ts";
import { linuxResources } from "./config/linux-resources.ts";

/** Why a node does not grant what is asked for: never, or not now. */
export interface Refusal {
  readonly reason: "Infeasible" | "Deferred";
  readonly message: string;
}

/** What follows for a running container. */
export type ResourceChange = "none" | "update" | "restart";

/** How far a resize is, for the pod's conditions. */
export interface ResizeState {
  readonly pending: Refusal | undefined;
  readonly inProgress: boolean;
  readonly error: string | undefined;
}

/** The part of a container's resources that the runtime can change, as a text to compare. */
export function resourcesText(pod: Pod, resources: ResourceRequirements): string {
  const { cpuShares, cpuQuota, memoryLimitBytes } = linuxResources(pod, { name: "", resources }, 1);
  return JSON.stringify({ cpuShares, cpuQuota, memoryLimitBytes });
}

/** One pod's. */
export class PodResources {
  readonly #events: EventSink;
  #granted: ReadonlyMap<string, ResourceRequirements>;
  #level: Pod["spec"]["resources"];
  #pending: Refusal | undefined;
  #told = "";
  #resizing = false;
  #error: string | undefined;
  /** Of containers that were given others than they were made with, by id. */
  readonly #applied = new Map<string, string>();

  /** A pod that has begun already goes on with what its status says. */
  constructor(events: EventSink, pod: Pod) {
    this.#events = events;
    const statuses = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];
    const published = new Map(statuses.map((one) => [one.name, one.resources]));
    const own = (one: Container): ResourceRequirements => published.get(one.name) ?? one.resources;
    this.#granted = new Map(allOf(pod).map((one) => [one.name, own(one)]));
    this.#level = pod.spec.resources;
  }

  /** Whether a grant waits for room. */
  get deferred(): boolean {
    return this.#pending?.reason === "Deferred";
  }

  /** Asks for what the pod wants; `granted` then says what it has. */
  settle(pod: Pod, judge: (pod: Pod) => Refusal | undefined): void {
    const wanted = allOf(pod);
    const changed =
      !same(this.#level, pod.spec.resources) ||
      wanted.some((one) => !same(this.#granted.get(one.name), one.resources));
    if (!changed) {
      this.#pending = undefined;
      return;
    }
    this.#pending = judge(pod);
    if (this.#pending !== undefined) {
      const { reason, message } = this.#pending;
      this.#tell(pod, "Warning", `Resize${reason}`, `Pod resize ${reason}`, message);
      return;
    }
    this.#granted = new Map(wanted.map((one) => [one.name, one.resources]));
    this.#level = pod.spec.resources;
    this.#resizing = true;
    this.#error = undefined;
    this.#tell(pod, "Normal", "ResizeStarted", "Pod resize started");
  }

  /** The pod with what it may use. */
  granted(pod: Pod): Pod {
    if (this.#pending === undefined) return pod;
    const { resources: _, ...spec } = pod.spec;
    const old = (one: Container): Container => ({
      ...one,
      resources: this.#granted.get(one.name) ?? one.resources,
    });
    return {
      ...pod,
      spec: {
        ...spec,
        containers: spec.containers.map(old),
        ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(old) }),
        ...(this.#level === undefined ? {} : { resources: this.#level }),
      },
    };
  }

  /** What a running container needs to have what was granted. */
  changeOf(pod: Pod, { spec, role }: PodContainer, status: ContainerStatus): ResourceChange {
    if (role === "ephemeral" || !("resources" in spec)) return "none";
    const now = this.#applied.get(status.id) ?? status.annotations[containerResourcesAnnotation];
    const wanted = resourcesText(pod, spec.resources);
    if (now === undefined || now === wanted) return "none";
    const before = JSON.parse(now) as Readonly<Record<string, number>>;
    const after = JSON.parse(wanted) as Readonly<Record<string, number>>;
    const differs = { cpu: ["cpuShares", "cpuQuota"], memory: ["memoryLimitBytes"] };
    const restarts = (spec.resizePolicy ?? []).some(
      ({ resourceName, restartPolicy }) =>
        restartPolicy === "RestartContainer" &&
        (differs[resourceName as keyof typeof differs] ?? []).some((name) => before[name] !== after[name]),
    );
    return restarts ? "restart" : "update";
  }

  applied(pod: Pod, { spec }: PodContainer, containerId: string): void {
    this.#error = undefined;
    if ("resources" in spec) this.#applied.set(containerId, resourcesText(pod, spec.resources));
  }

  failed(pod: Pod, message: string): void {
    this.#error = message;
    this.#tell(pod, "Warning", "ResizeError", "Pod resize error", message);
  }

  /** Tells of a resize that has come to its end. */
  state(pod: Pod, containers: readonly (readonly [PodContainer, ContainerStatus])[]): ResizeState {
    const inProgress = containers.some(
      ([container, status]) =>
        status.state === "CONTAINER_RUNNING" && this.changeOf(pod, container, status) !== "none",
    );
    if (this.#resizing && !inProgress) {
      this.#resizing = false;
      this.#tell(pod, "Normal", "ResizeCompleted", "Pod resize completed");
    }
    return { pending: this.#pending, inProgress, error: inProgress ? this.#error : undefined };
  }

  /** Once for each thing to say. */
  #tell(pod: Pod, type: "Normal" | "Warning", reason: string, text: string, error?: string): void {
    const containers = allOf(pod).map(({ name, resources }) => ({ name, resources }));
    const facts = {
      containers,
      generation: pod.metadata.generation,
      ...(error === undefined ? {} : { error }),
    };
    const message = `${text}: ${JSON.stringify(facts)}`;
    if (message === this.#told) return;
    this.#told = message;
    this.#events.record(pod, type, reason, message);
  }
}

interface ResizeCondition {
  readonly type: string;
  readonly status: "True";
  readonly reason?: string;
  readonly message?: string;
}

/** Conditions of a resize that is not done. */
export function resizeConditions({ pending, inProgress, error }: ResizeState): readonly ResizeCondition[] {
  const holds = (type: string, more: Omit<ResizeCondition, "type" | "status">): ResizeCondition => ({
    type,
    status: "True",
    ...more,
  });
  return [
    ...(pending === undefined ? [] : [holds("PodResizePending", pending)]),
    ...(inProgress
      ? [holds("PodResizeInProgress", error === undefined ? {} : { reason: "Error", message: error })]
      : []),
  ];
}

function allOf(pod: Pod): readonly Container[] {
  return [...initContainersOf(pod).filter((one) => one.role === "sidecar"), ...mainContainersOf(pod)].map(
    (one) => one.spec as Container,
  );
}
