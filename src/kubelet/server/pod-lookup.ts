/** From the names in a request to what the runtime has: the pod, its sandbox, an instance of a container. */
import type { ContainerStatus as ApiContainerStatus, Pod } from "#api";
import type { Lister } from "#client";
import { containersOf } from "../pod/containers.ts";
import { newestFirst } from "../pod/observation.ts";
import { containerNameLabel, podUidLabel } from "../runtime/labels.ts";
import type { ContainerStatus, RuntimeService } from "../runtime/runtime.ts";
import { isMirror } from "../static/static-pod.ts";
import type { StaticPods } from "../static/static-pods.ts";
import { Refusal } from "./refusal.ts";

/** Finds what a request names. */
export class PodLookup {
  readonly #pods: Lister<Pod>;
  readonly #statics: StaticPods | undefined;
  readonly #runtime: RuntimeService;

  constructor(deps: {
    readonly pods: Lister<Pod>;
    readonly statics?: StaticPods;
    readonly runtime: RuntimeService;
  }) {
    this.#pods = deps.pods;
    this.#statics = deps.statics;
    this.#runtime = deps.runtime;
  }

  /** What runs here: static pods themselves, not their mirrors. */
  list(): readonly Pod[] {
    const statics = (this.#statics?.list() ?? []).map((pod) => {
      const { namespace, name = "" } = pod.metadata;
      const mirror = this.#pods.get(namespace === undefined ? { name } : { namespace, name });
      return mirror === undefined ? pod : { ...pod, status: mirror.status };
    });
    return [...this.#pods.list().filter((pod) => !isMirror(pod)), ...statics];
  }

  /** A static pod is found before the API has its mirror, and by the uid of either. */
  find(namespace: string, name: string, uid = ""): Pod | undefined {
    const pod = this.#pods.get({ namespace, name }) ?? this.#statics?.get({ namespace, name });
    const isIt = pod !== undefined && [pod.metadata.uid, this.#uidOf(pod)].includes(uid);
    return uid === "" || isIt ? pod : undefined;
  }

  /** The id of a container that runs now. Throws a `Refusal`. */
  async running(pod: Pod, container: string, signal: AbortSignal): Promise<string> {
    const [newest] = await this.#instances(pod, container, signal);
    if (newest?.state === "CONTAINER_RUNNING") return newest.id;
    throw new Refusal(500, `container not found ("${container}")`);
  }

  /** The id of the sandbox that is ready. Throws a `Refusal`. */
  async sandbox(pod: Pod, signal: AbortSignal): Promise<string> {
    const labels = { [podUidLabel]: this.#uidOf(pod) };
    const rows = await this.#runtime.listPodSandbox({ labels, state: "SANDBOX_READY" }, signal);
    const [newest] = newestFirst(rows);
    if (newest !== undefined) return newest.id;
    throw new Refusal(500, `pod not found ("${pod.metadata.name}_${pod.metadata.namespace}")`);
  }

  /** The instance whose log is asked for. Throws a `Refusal` with upstream's reason why there is none. */
  async logged(pod: Pod, name: string, isPrevious: boolean, signal: AbortSignal): Promise<ContainerStatus> {
    const podName = pod.metadata.name ?? "";
    if (!containersOf(pod).some(({ spec }) => spec.name === name)) {
      throw new Refusal(404, `container "${name}" not found in pod "${podName}"\n`);
    }
    const instances = await this.#instances(pod, name, signal);
    const status = statusOf(pod, name);
    const what = `container "${name}" in pod "${podName}"`;
    const ended = status?.lastState?.terminated?.containerID?.replace(/^.*:\/\//, "");
    const found = isPrevious
      ? (instances.find(({ id }) => id === ended) ?? instances[1])
      : instances.find(({ state }) => state !== "CONTAINER_CREATED");
    if (found !== undefined) return this.#runtime.containerStatus(found.id, signal);
    if (isPrevious) throw new Refusal(400, `previous terminated ${what} not found`);
    const reason = status?.state?.waiting?.reason ?? "";
    if (reason === "") throw new Refusal(400, `${what} is waiting to start - no logs yet`);
    throw new Refusal(400, `${what} is waiting to start: ${waitingTexts[reason] ?? reason}`);
  }

  /** As the runtime knows it. */
  #uidOf(pod: Pod): string {
    return (this.#statics?.shownBy(pod) ?? pod).metadata.uid ?? "";
  }

  async #instances(
    pod: Pod,
    name: string,
    signal: AbortSignal,
  ): ReturnType<RuntimeService["listContainers"]> {
    const labels = { [podUidLabel]: this.#uidOf(pod), [containerNameLabel]: name };
    return newestFirst(await this.#runtime.listContainers({ labels }, signal));
  }
}

const waitingTexts: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: "trying and failing to pull image",
};

function statusOf({ status }: Pod, name: string): ApiContainerStatus | undefined {
  const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = status;
  const all = [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses];
  return all.find((one) => one.name === name);
}
