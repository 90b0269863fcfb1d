/**
 * What the runtime has of one pod: its sandboxes and every instance of its containers, newest first. A
 * container that has ended never changes, so its status is asked for once. Which instance is the newest is told by its
 * number: by their times, an older one is newer for as long as the node's clock was set back.
 */
import type { Pod } from "#api";
import { containerHashAnnotation, podUidLabel, restartCountAnnotation } from "../runtime/labels.ts";
import type { ContainerStatus, RuntimeService, SandboxStatus } from "../runtime/runtime.ts";
import { RuntimeError } from "../runtime/errors.ts";
import { containersOf, type PodContainer } from "./containers.ts";
import { afterExit } from "./restart.ts";

export interface PodObservation {
  readonly sandboxes: readonly SandboxStatus[];
  readonly containers: readonly ContainerStatus[];
}

/** The newest instance of a container, or undefined. */
export function latest(observed: PodObservation, name: string): ContainerStatus | undefined {
  return observed.containers.find((one) => one.name === name);
}

/** The instance before the newest. */
export function previous(observed: PodObservation, name: string): ContainerStatus | undefined {
  return observed.containers.filter((one) => one.name === name)[1];
}

export function restartCountOf(status: ContainerStatus): number {
  return Number(status.annotations[restartCountAnnotation] ?? status.attempt);
}

/**
 * The number of the next instance when the runtime has none: the count goes on from the pod's status, since a runtime
 * may have forgotten what ran (as a virtual node's does). A status that is waiting counts the lost one already.
 */
export function forgottenRestarts({ status }: Pod, name: string): number {
  const known = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const last = known.find((one) => one.name === name);
  return last === undefined ? 0 : last.restartCount + (last.state.waiting === undefined ? 1 : 0);
}

export function hashOf(status: ContainerStatus): string {
  return status.annotations[containerHashAnnotation] ?? "";
}

/** The sandbox that the pod runs in now: the newest, when it is ready. */
export function readySandbox(observed: PodObservation): SandboxStatus | undefined {
  const newest = observed.sandboxes[0];
  return newest?.state === "SANDBOX_READY" ? newest : undefined;
}

/**
 * When a container last ended in a way that restarts all of them; instances older than that do not count any
 * more. 0 when never, or not yet by a clock that was set back: what runs then would seem older for ever.
 */
export function resetAtMs(pod: Pod, observed: PodObservation, now: number): number {
  const byName = new Map<string, PodContainer>(containersOf(pod).map((one) => [one.spec.name, one]));
  let at = 0;
  for (const status of observed.containers) {
    const container = byName.get(status.name);
    if (status.state !== "CONTAINER_EXITED" || container === undefined || status.finishedAtMs > now) continue;
    if (afterExit(pod, container, status.exitCode) === "all-containers")
      at = Math.max(at, status.finishedAtMs);
  }
  return at;
}

/** Looks a pod up in the runtime, keeping what cannot change. */
export class PodObserver {
  readonly #runtime: RuntimeService;
  readonly #uid: string;
  readonly #ended = new Map<string, ContainerStatus>();

  constructor(runtime: RuntimeService, uid: string) {
    this.#runtime = runtime;
    this.#uid = uid;
  }

  async observe(signal: AbortSignal): Promise<PodObservation> {
    const labels = { [podUidLabel]: this.#uid };
    const [sandboxRows, containerRows] = await Promise.all([
      this.#runtime.listPodSandbox({ labels }, signal),
      this.#runtime.listContainers({ labels }, signal),
    ]);
    const sandboxes = await Promise.all(
      sandboxRows.map((row) => present(this.#runtime.podSandboxStatus(row.id, signal))),
    );
    const containers = await Promise.all(containerRows.map((row) => this.#container(row.id, signal)));
    const listed = new Set(containerRows.map((row) => row.id));
    for (const id of this.#ended.keys()) if (!listed.has(id)) this.#ended.delete(id);
    return { sandboxes: newestFirst(sandboxes), containers: newestFirst(containers) };
  }

  async #container(id: string, signal: AbortSignal): Promise<ContainerStatus | undefined> {
    const known = this.#ended.get(id);
    if (known !== undefined) return known;
    const status = await present(this.#runtime.containerStatus(id, signal));
    if (status?.state === "CONTAINER_EXITED") this.#ended.set(id, status);
    return status;
  }
}

/** `undefined` for what was removed between the list and the look. */
async function present<T>(status: Promise<T>): Promise<T | undefined> {
  try {
    return await status;
  } catch (error) {
    if (error instanceof RuntimeError && error.code === "not-found") return undefined;
    throw error;
  }
}

/** Instances of one container, or sandboxes of one pod, among which there may be gaps. */
export function newestFirst<T extends { readonly createdAtMs: number; readonly attempt: number }>(
  items: readonly (T | undefined)[],
): readonly T[] {
  return items
    .filter((one) => one !== undefined)
    .sort((a, b) => b.attempt - a.attempt || b.createdAtMs - a.createdAtMs);
}
