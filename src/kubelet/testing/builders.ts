/**
 * Builders for the kubelet's tests: pods as the API gives them, and containers as a runtime tells of them.
 */
import type { Container, Pod, PodSpec } from "#api";
import { newestFirst, type PodObservation } from "../pod/observation.ts";
import { containerHash } from "../pod/config/container-hash.ts";
import { containerHashAnnotation, restartCountAnnotation } from "../runtime/labels.ts";
import type { ContainerStatus, SandboxStatus } from "../runtime/runtime.ts";

/** The time at which the tests' sandboxes were made. */
export const sandboxAtMs = 1_000_000;

/** `container("web", { image: "nginx" })`. */
export function container(name: string, more: Partial<Container> = {}): Container {
  return { name, image: "busybox", resources: {}, ...more };
}

export function podOf(spec: Partial<PodSpec>): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "default", uid: "u1", generation: 1 },
    spec: { containers: [container("main")], restartPolicy: "Always", ...spec },
    status: {},
  };
}

/** A pod's sandbox, ready. */
export function readySandboxOf(more: Partial<SandboxStatus> = {}): SandboxStatus {
  return {
    id: "sandbox-0",
    name: "web",
    namespace: "default",
    uid: "u1",
    attempt: 0,
    state: "SANDBOX_READY",
    createdAtMs: sandboxAtMs,
    labels: {},
    annotations: {},
    runtimeHandler: "",
    ips: ["10.0.0.2"],
    hostNetwork: false,
    ...more,
  };
}

/** An instance of a container; `ended("main", 1)` and `running("main")` are the usual ones. */
export function instance(
  spec: Container,
  more: Partial<ContainerStatus> & { readonly restarts?: number },
): ContainerStatus {
  const { restarts = 0, ...rest } = more;
  return {
    id: `${spec.name}-${restarts}`,
    podSandboxId: "sandbox-0",
    name: spec.name,
    attempt: restarts,
    state: "CONTAINER_RUNNING",
    createdAtMs: sandboxAtMs + 1000 + restarts,
    image: spec.image ?? "",
    imageRef: "sha256:0",
    labels: {},
    annotations: {
      [containerHashAnnotation]: containerHash(spec),
      [restartCountAnnotation]: String(restarts),
    },
    startedAtMs: sandboxAtMs + 2000,
    finishedAtMs: 0,
    exitCode: 0,
    reason: "",
    message: "",
    logPath: "",
    recursiveReadOnly: [],
    ...rest,
  };
}

export function running(name: string, more: Parameters<typeof instance>[1] = {}): ContainerStatus {
  return instance(container(name), more);
}

export function ended(
  name: string,
  exitCode: number,
  more: Parameters<typeof instance>[1] = {},
): ContainerStatus {
  const reason = exitCode === 0 ? "Completed" : "Error";
  const state = { state: "CONTAINER_EXITED", finishedAtMs: sandboxAtMs + 5000, exitCode, reason } as const;
  return instance(container(name), { ...state, ...more });
}

export function observation(
  containers: readonly ContainerStatus[],
  sandboxes: readonly SandboxStatus[] = [readySandboxOf()],
): PodObservation {
  return { sandboxes: newestFirst(sandboxes), containers: newestFirst(containers) };
}
