/**
 * The effects of a pod's plan: makes sandboxes and containers, runs hooks, ends containers with their grace,
 * and tells each as an event. It remembers nothing: the runtime does.
 */
import type { Pod } from "#api";
import { type Env, messageOf } from "#base";
import type { EventSink } from "#client";
import type { ImagePuller } from "../image/puller.ts";
import { minGraceSeconds } from "../limits.ts";
import type { Prober } from "../probe/prober.ts";
import type { RuntimeService } from "../runtime/runtime.ts";
import { containersOf, fieldPathOf, type PodContainer } from "./containers.ts";
import { withImageVolumes } from "./image-volumes.ts";
import { type HookTarget, LifecycleHooks } from "./lifecycle-hooks.ts";
import { linuxResources } from "./config/linux-resources.ts";
import { type PodObservation, readySandbox } from "./observation.ts";
import { podDns } from "./config/pod-dns.ts";
import type { References } from "./references.ts";
import { sandboxConfig } from "./config/sandbox-config.ts";
import { type NodePart, StartConfigs, type StartRequest } from "./config/start-config.ts";
import { StartError, type StartErrorCode } from "./start-error.ts";
import { UserRanges, usersOf } from "./user-ranges.ts";
import type { PodVolumes } from "../volumes/volumes.ts";

/** What the steps act on. */
export interface PodStepsDeps {
  readonly runtime: RuntimeService;
  readonly puller: ImagePuller;
  readonly prober: Prober;
  readonly events: EventSink;
  readonly references: References;
  readonly volumes: Pick<PodVolumes, "subPath" | "file" | "hostsFile" | "image">;
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
  readonly #options: NodePart;
  readonly #configs: StartConfigs;
  readonly #hooks: LifecycleHooks;
  readonly #users: UserRanges;

  constructor(env: Env, deps: PodStepsDeps, options: NodePart) {
    this.#env = env;
    this.#deps = deps;
    this.#options = options;
    this.#configs = new StartConfigs(env, deps, options);
    this.#hooks = new LifecycleHooks(env, deps);
    this.#users = new UserRanges(deps, { ids: options.podIds });
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
      const runtimeHandler = await this.#handlerOf(pod, signal);
      const users = await this.#users.of(pod, runtimeHandler, signal);
      const part = { runtimeHandler, users };
      await runtime.runPodSandbox(sandboxConfig(pod, attempt, this.#options.node, part), signal);
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
    const users = usersOf(sandbox);
    if (pod.spec.hostUsers === false && users === undefined)
      throw new StartError("CreateContainerError", "the pod's sandbox has no users of its own");
    const part = { runtimeHandler: sandbox.runtimeHandler, users };
    const config = sandboxConfig(pod, sandbox.attempt, this.#options.node, part);
    const image = await this.#telling(request, "ErrImagePull", signal, () =>
      this.#deps.puller.ensure({ pod, container, sandbox: config }, signal),
    );
    const podIPs = pod.spec.hostNetwork === true ? this.#options.hostIPs : sandbox.ips;
    const volumes = await this.#telling(request, "ErrImagePull", signal, () =>
      withImageVolumes({ ...request, sandbox: config }, this.#deps, signal),
    );
    const own = await this.#telling(request, "CreateContainerConfigError", signal, () =>
      this.#configs.of({ ...request, volumes }, image, { podIPs, users }, signal),
    );
    const id = await this.#telling(request, "CreateContainerError", signal, () =>
      this.#deps.runtime.createContainer(sandbox.id, own, config, signal),
    );
    this.#record(request, "Normal", "Created", "Container created");
    await this.#telling(request, "RunContainerError", signal, () =>
      this.#deps.runtime.startContainer(id, signal),
    );
    this.#record(request, "Normal", "Started", "Container started");
    await this.#postStart({ pod, container, containerId: id, podIP: podIPs[0] ?? "" }, signal);
  }

  /** Gives a running container what its spec says. */
  async resize(pod: Pod, { spec }: PodContainer, containerId: string, signal: AbortSignal): Promise<void> {
    if (!("resources" in spec)) return;
    const resources = linuxResources(pod, spec, this.#options.node.memoryBytes);
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
    if (container !== undefined)
      await this.#hooks.preStop({ ...request, container, containerId: id }, request.graceSeconds, signal);
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
    this.#users.release(pod.metadata.uid ?? "");
  }

  async #postStart(target: HookTarget, signal: AbortSignal): Promise<void> {
    try {
      await this.#hooks.postStart(target, signal);
    } catch (error) {
      signal.throwIfAborted();
      const { pod, container, containerId: id, podIP } = target;
      const graceSeconds = pod.spec.terminationGracePeriodSeconds ?? 30;
      const message = "FailedPostStartHook";
      const { name } = container.spec;
      await this.kill({ pod, container, id, name, graceSeconds, message, podIP }, signal);
      throw error;
    }
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
