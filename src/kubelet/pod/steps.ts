/**
 * The effects of a pod's plan: makes sandboxes and containers, runs hooks, ends containers with their grace,
 * and tells each as an event. It remembers nothing: the runtime does.
 */
import type { Pod } from "#api";
import { type Env, messageOf } from "#base";
import type { EventSink } from "#client";
import type { ImagePuller } from "../image/puller.ts";
import { minGraceSeconds } from "../limits.ts";
import type { Prober, ProbeTarget } from "../probe/prober.ts";
import type { ContainerConfig } from "../runtime/config.ts";
import type { Image, RuntimeService } from "../runtime/runtime.ts";
import { containerConfig, partialMounts } from "./container-config.ts";
import { containersOf, fieldPathOf, type PodContainer, podText } from "./containers.ts";
import { environmentOf } from "./environment.ts";
import { hostsFile, hostsPath } from "./hosts-file.ts";
import { withImageVolumes } from "./image-volumes.ts";
import { latest, type PodObservation, readySandbox } from "./observation.ts";
import { linuxResources } from "./linux-resources.ts";
import type { References } from "./references.ts";
import { podDns } from "./pod-dns.ts";
import { type NodeDefaults, sandboxConfig } from "./sandbox-config.ts";
import { mustRunAsNonRoot, runAsUserOf } from "./security.ts";
import { StartError, type StartErrorCode } from "./start-error.ts";
import type { PodVolumes } from "../volumes/volumes.ts";

/** What the steps act on. */
export interface PodStepsDeps {
  readonly runtime: RuntimeService;
  readonly puller: ImagePuller;
  readonly prober: Prober;
  readonly events: EventSink;
  readonly references: References;
  readonly volumes: Pick<PodVolumes, "subPath" | "hostsFile" | "image">;
}

/** The node's part in every pod. */
export interface PodStepsOptions {
  readonly node: NodeDefaults;
  readonly hostIPs: readonly string[];
}

/** A container to bring up. */
export interface StartRequest {
  readonly pod: Pod;
  readonly observed: PodObservation;
  readonly container: PodContainer;
  readonly attempt: number;
  /** Host paths by volume name. */
  readonly volumes: ReadonlyMap<string, string>;
}

/** A container to end. */
export interface KillRequest {
  readonly pod: Pod;
  /** Absent for a container that the pod's spec does not name. */
  readonly container: PodContainer | undefined;
  readonly id: string;
  readonly name: string;
  readonly graceSeconds: number;
  /** Default: `Stopping container NAME`. */
  readonly message?: string;
  readonly podIP: string;
}

/** One for all pods of a node. */
export class PodSteps {
  readonly #env: Env;
  readonly #deps: PodStepsDeps;
  readonly #options: PodStepsOptions;

  constructor(env: Env, deps: PodStepsDeps, options: PodStepsOptions) {
    this.#env = env;
    this.#deps = deps;
    this.#options = options;
  }

  async createSandbox(
    pod: Pod,
    attempt: number,
    replaces: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { events, runtime } = this.#deps;
    if (replaces !== undefined) {
      events.record(
        pod,
        "Normal",
        "SandboxChanged",
        "Pod sandbox changed, it will be killed and re-created.",
      );
    }
    try {
      const handler = await this.#handlerOf(pod, signal);
      // None of its containers may run as root of the node when it asked not to.
      if (pod.spec.hostUsers === false)
        throw new Error(`RuntimeClass handler "${handler}" does not support user namespaces`);
      await runtime.runPodSandbox(sandboxConfig(pod, attempt, this.#options.node, handler), signal);
    } catch (error) {
      signal.throwIfAborted();
      events.record(
        pod,
        "Warning",
        "FailedCreatePodSandBox",
        `Failed to create pod sandbox: ${messageOf(error)}`,
      );
      throw error;
    }
    for (const omission of podDns(pod, this.#options.node).omissions)
      events.record(pod, "Warning", "DNSConfigForming", omission);
  }

  async #handlerOf(pod: Pod, signal: AbortSignal): Promise<string> {
    const name = pod.spec.runtimeClassName ?? "";
    return name === "" ? "" : this.#deps.references.runtimeHandler(name, signal);
  }

  /** Brings a container up, its postStart hook included. Rejects with `StartError`. */
  async start(request: StartRequest, signal: AbortSignal): Promise<void> {
    const { pod, observed, container } = request;
    const sandbox = readySandbox(observed);
    if (sandbox === undefined) throw new StartError("CreateContainerError", "the pod's sandbox is not ready");
    const config = sandboxConfig(pod, sandbox.attempt, this.#options.node, sandbox.runtimeHandler);
    const image = await this.#telling(request, "ErrImagePull", signal, () =>
      this.#deps.puller.ensure({ pod, container, sandbox: config }, signal),
    );
    const podIPs = pod.spec.hostNetwork === true ? this.#options.hostIPs : sandbox.ips;
    const volumes = await this.#telling(request, "ErrImagePull", signal, () =>
      withImageVolumes({ ...request, sandbox: config }, this.#deps, signal),
    );
    const own = await this.#telling(request, "CreateContainerConfigError", signal, () =>
      this.#config({ ...request, volumes }, image, podIPs, signal),
    );
    const id = await this.#telling(request, "CreateContainerError", signal, () =>
      this.#deps.runtime.createContainer(sandbox.id, own, config, signal),
    );
    this.#record(request, "Normal", "Created", "Container created");
    await this.#telling(request, "RunContainerError", signal, () =>
      this.#deps.runtime.startContainer(id, signal),
    );
    this.#record(request, "Normal", "Started", "Container started");
    await this.#postStart(
      request,
      { pod, container: container.spec, containerId: id, podIP: podIPs[0] ?? "" },
      signal,
    );
  }

  /** Gives a running container what its spec says. */
  async resize(pod: Pod, { spec }: PodContainer, containerId: string, signal: AbortSignal): Promise<void> {
    if (!("resources" in spec)) return;
    const resources = linuxResources(pod, spec.resources, this.#options.node.memoryBytes);
    await this.#deps.runtime.updateContainerResources(containerId, resources, signal);
  }

  /** Ends a container: preStop hook, stop signal, then SIGKILL when its grace is over. */
  async kill(request: KillRequest, signal: AbortSignal): Promise<void> {
    const { pod, container, id, name } = request;
    const fieldPath = container === undefined ? undefined : fieldPathOf(container);
    this.#deps.events.record(
      pod,
      "Normal",
      "Killing",
      request.message ?? `Stopping container ${name}`,
      fieldPath === undefined ? {} : { fieldPath },
    );
    const began = this.#env.clock.monotonic();
    if (container?.spec.lifecycle?.preStop !== undefined && request.graceSeconds > 0)
      await this.#preStop(request, container, signal);
    const left = Math.max(minGraceSeconds, request.graceSeconds - this.#secondsSince(began));
    await this.#deps.runtime.stopContainer(id, left, signal);
  }

  /**
   * Ends everything of a pod: the containers together, then the sidecars from last to first, then its
   * sandboxes.
   */
  async stopPod(
    pod: Pod,
    observed: PodObservation,
    graceSeconds: number,
    signal: AbortSignal,
  ): Promise<void> {
    const began = this.#env.clock.monotonic();
    const sidecars = containersOf(pod).filter((one) => one.role === "sidecar");
    const names = new Set(sidecars.map((one) => one.spec.name));
    const alive = observed.containers.filter(
      (one) => one.state === "CONTAINER_RUNNING" || one.state === "CONTAINER_UNKNOWN",
    );
    const kill = async (id: string, name: string): Promise<void> => {
      const container = containersOf(pod).find((one) => one.spec.name === name);
      const left = Math.max(0, graceSeconds - this.#secondsSince(began));
      const podIP = readySandbox(observed)?.ips[0] ?? this.#options.hostIPs[0] ?? "";
      await this.kill({ pod, container, id, name, graceSeconds: left, podIP }, signal);
    };
    await Promise.all(alive.filter((one) => !names.has(one.name)).map((one) => kill(one.id, one.name)));
    for (const { spec } of sidecars.toReversed()) {
      for (const one of alive.filter(({ name }) => name === spec.name)) await kill(one.id, one.name);
    }
    for (const sandbox of observed.sandboxes) await this.#deps.runtime.stopPodSandbox(sandbox.id, signal);
  }

  /** Whole seconds: the runtime takes no others, and a begun one is not taken from anybody's grace. */
  #secondsSince(began: number): number {
    return Math.floor((this.#env.clock.monotonic() - began) / 1000);
  }

  async remove(containerId: string, signal: AbortSignal): Promise<void> {
    await this.#deps.runtime.removeContainer(containerId, signal);
  }

  async removeSandbox(sandboxId: string, signal: AbortSignal): Promise<void> {
    await this.#deps.runtime.removePodSandbox(sandboxId, signal);
  }

  /** Forgets a pod at the runtime. */
  async removePod(pod: Pod, observed: PodObservation, signal: AbortSignal): Promise<void> {
    for (const sandbox of observed.sandboxes) await this.#deps.runtime.removePodSandbox(sandbox.id, signal);
    this.#deps.puller.forget(pod.metadata.uid ?? "");
  }

  async #config(
    request: StartRequest,
    image: Image,
    podIPs: readonly string[],
    signal: AbortSignal,
  ): Promise<ContainerConfig> {
    const { pod, container, attempt, volumes, observed } = request;
    const { spec } = container;
    const { node, hostIPs } = this.#options;
    const user = runAsUserOf(pod, spec) ?? image.uid ?? (image.userName === undefined ? 0 : undefined);
    if (mustRunAsNonRoot(pod, spec) && user === 0) {
      const why =
        runAsUserOf(pod, spec) === 0
          ? "container's runAsUser breaks non-root policy"
          : "container has runAsNonRoot and image will run as root";
      throw new StartError(
        "CreateContainerConfigError",
        `${why} (pod: "${podText(pod)}", container: ${spec.name})`,
      );
    }
    const { references } = this.#deps;
    const { allocatable } = node;
    const environment = await environmentOf(
      { pod, container: spec, references, podIPs, hostIPs, allocatable },
      signal,
    );
    const parts = await this.#parts(request, environment, signal);
    const hosts = await this.#hosts(request, podIPs, signal);
    const target =
      "targetContainerName" in spec ? latest(observed, spec.targetContainerName ?? "") : undefined;
    const recursive = await this.#recursiveReadOnly(request, signal);
    return containerConfig({
      recursiveReadOnly: recursive,
      pod,
      container,
      attempt,
      imageRef: image.id,
      environment,
      volumes,
      parts,
      hosts,
      targetId: target?.id,
      node,
    });
  }

  /** The host path of the container's hosts file; undefined when it brings its own. */
  async #hosts(
    { pod, container }: StartRequest,
    podIPs: readonly string[],
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const mounts = container.spec.volumeMounts ?? [];
    if (podIPs.length === 0 || mounts.some((one) => one.mountPath === hostsPath)) return undefined;
    const { node } = this.#options;
    const make = (nodeHosts: string): string => hostsFile(pod, podIPs, node, nodeHosts);
    return this.#deps.volumes.hostsFile(pod.metadata.uid ?? "", make, signal);
  }

  /** Whether the pod's handler makes mounts read-only with all that is below; asked only when a mount wants it. */
  async #recursiveReadOnly({ observed, container }: StartRequest, signal: AbortSignal): Promise<boolean> {
    const wanted = (container.spec.volumeMounts ?? []).some(
      (one) => one.recursiveReadOnly !== undefined && one.recursiveReadOnly !== "Disabled",
    );
    if (!wanted) return false;
    const name = readySandbox(observed)?.runtimeHandler ?? "";
    const { handlers } = await this.#deps.runtime.status(signal);
    return handlers.find((one) => one.name === name)?.recursiveReadOnlyMounts ?? false;
  }

  /** Makes the parts of volumes ready that a container mounts by subPath. */
  async #parts(
    { pod, container, volumes }: StartRequest,
    environment: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, string>> {
    const parts = new Map<number, string>();
    const { name } = container.spec;
    for (const { volume, index, path } of partialMounts(container.spec.volumeMounts ?? [], environment)) {
      const root = volumes.get(volume);
      if (root === undefined) continue;
      const request = { podUid: pod.metadata.uid ?? "", volume, container: name, index, root, path };
      try {
        parts.set(index, await this.#deps.volumes.subPath(request, signal));
      } catch (error) {
        signal.throwIfAborted();
        const text = `failed to prepare subPath for volumeMount "${volume}" of container "${name}"`;
        this.#env.log.warn(text, { pod: podText(pod), error: messageOf(error) });
        throw new StartError("CreateContainerConfigError", text, { cause: error });
      }
    }
    return parts;
  }

  async #preStop(request: KillRequest, container: PodContainer, signal: AbortSignal): Promise<void> {
    const hook = container.spec.lifecycle?.preStop;
    if (hook === undefined) return;
    const over = new AbortController();
    const timer = this.#env.clock.timer(request.graceSeconds * 1000, () => over.abort());
    const target = {
      pod: request.pod,
      container: container.spec,
      containerId: request.id,
      podIP: request.podIP,
    };
    try {
      await this.#deps.prober.hook(target, hook, AbortSignal.any([signal, over.signal]));
    } catch (error) {
      signal.throwIfAborted();
      // A hook that takes the whole grace is cut off, not failed.
      if (!over.signal.aborted)
        this.#hookFailed(request, container, "FailedPreStopHook", "PreStopHook failed", error);
    } finally {
      timer.cancel();
    }
  }

  async #postStart(request: StartRequest, target: ProbeTarget, signal: AbortSignal): Promise<void> {
    const { container, pod } = request;
    const hook = container.spec.lifecycle?.postStart;
    if (hook === undefined) return;
    try {
      await this.#deps.prober.hook(target, hook, signal);
    } catch (error) {
      signal.throwIfAborted();
      this.#hookFailed(request, container, "FailedPostStartHook", "PostStartHook failed", error);
      const message = "FailedPostStartHook";
      const graceSeconds = pod.spec.terminationGracePeriodSeconds ?? 30;
      const { containerId: id, podIP } = target;
      await this.kill(
        { pod, container, id, name: container.spec.name, graceSeconds, message, podIP },
        signal,
      );
      throw new StartError("PostStartHookError", `rpc error: ${messageOf(error)}`, {
        cause: error,
        retryAtMs: 0,
      });
    }
  }

  #hookFailed(
    { pod }: { readonly pod: Pod },
    container: PodContainer,
    reason: string,
    text: string,
    error: unknown,
  ): void {
    this.#env.log.info(text, { pod: podText(pod), container: container.spec.name, error: messageOf(error) });
    this.#deps.events.record(pod, "Warning", reason, text, { fieldPath: fieldPathOf(container) });
  }

  /** Turns a failure into a `StartError`, and tells it as an event. */
  async #telling<T>(
    request: StartRequest,
    code: StartErrorCode,
    signal: AbortSignal,
    step: () => Promise<T>,
  ): Promise<T> {
    try {
      return await step();
    } catch (error) {
      signal.throwIfAborted();
      const failure =
        error instanceof StartError ? error : new StartError(code, messageOf(error), { cause: error });
      // What the puller has told in full is only named here.
      this.#record(
        request,
        "Warning",
        "Failed",
        `Error: ${code === "ErrImagePull" ? failure.code : failure.message}`,
      );
      throw failure;
    }
  }

  #record(
    { pod, container }: StartRequest,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
  ): void {
    this.#deps.events.record(pod, type, reason, message, { fieldPath: fieldPathOf(container) });
  }
}
