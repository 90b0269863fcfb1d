/**
 * The containers of a pod by the part they play: `init` runs to its end before the next; `sidecar` is an init
 * container with restartPolicy Always, which starts in its turn and stays; `main`; `ephemeral` is added for
 * debugging.
 */
import type { Container, core, Pod } from "#api";

export type ContainerRole = "init" | "sidecar" | "main" | "ephemeral";

/** A container of the spec, with its part. */
export interface PodContainer {
  readonly spec: Container | core.EphemeralContainer;
  readonly role: ContainerRole;
}

/** Ephemeral ones last; otherwise in the order of the pod's spec. */
export function containersOf(pod: Pod): readonly PodContainer[] {
  return [...initContainersOf(pod), ...mainContainersOf(pod), ...ephemeralContainersOf(pod)];
}

/** Init containers and sidecars, in their order. */
export function initContainersOf(pod: Pod): readonly PodContainer[] {
  return (pod.spec.initContainers ?? []).map((spec) => ({
    spec,
    role: spec.restartPolicy === "Always" ? "sidecar" : "init",
  }));
}

/** The containers that the pod is for. */
export function mainContainersOf(pod: Pod): readonly PodContainer[] {
  return pod.spec.containers.map((spec) => ({ spec, role: "main" }));
}

/** Those added for debugging. */
export function ephemeralContainersOf(pod: Pod): readonly PodContainer[] {
  return (pod.spec.ephemeralContainers ?? []).map((spec) => ({ spec, role: "ephemeral" }));
}

/** As events name it: `spec.initContainers{setup}`. */
export function fieldPathOf({ spec, role }: PodContainer): string {
  const list =
    role === "main" ? "containers" : role === "ephemeral" ? "ephemeralContainers" : "initContainers";
  return `spec.${list}{${spec.name}}`;
}

/** `web-0_default(6f1c...)`, upstream's way to name a pod in messages. */
export function podText(pod: Pod): string {
  return `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
}
