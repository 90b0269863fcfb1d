/**
 * The simulated twin of a container runtime: sandboxes, containers and images in virtual time, with seeded
 * delays. It is another process's state: a kubelet may crash and a new one find everything as it was.
 * `shell.ts` says how containers behave. `runtime.contract.ts` holds it to the real one's behaviour.
 */
import { assert, type Env, type Random } from "#base";
import type { ContainerConfig, LinuxResources, PodSandboxConfig } from "../config.ts";
import { RuntimeError } from "../errors.ts";
import type {
  ContainerEvent,
  ContainerStats,
  ContainerStatus,
  ContainerSummary,
  ExecResult,
  RuntimeFilter,
  RuntimeService,
  RuntimeStatus,
  RuntimeVersion,
  Sandbox,
  SandboxState,
  SandboxStatus,
  StringMap,
} from "../runtime.ts";
import { type ContainerFilter, ContainerTable, matches } from "./container-table.ts";
import { EventHub } from "./event-hub.ts";
import { firstFiles } from "./first-files.ts";
import type { SimImages } from "./images.ts";
import { rowOf, SandboxTable, type SimSandbox } from "./sandbox-table.ts";
import { SimContainer } from "./sim-container.ts";

/** How quick the simulated runtime is, and its addresses. */
export interface SimRuntimeOptions {
  /** Pod addresses come from here until `updateRuntimeConfig` says otherwise. Default 10.88.0.0/16. */
  readonly podCidr?: string;
  /** How long a sandbox takes to run, drawn evenly. Default 5 to 25 ms. */
  readonly sandboxMs?: readonly [number, number];
  /** How long a container takes to create, and again to start. Default 2 to 10 ms. */
  readonly containerMs?: readonly [number, number];
}

/** Of RuntimeClasses; the first is the default's. */
const handlers = ["", "runc"];
const ready = { status: true, reason: "", message: "" };

/** One node's runtime. */
export class SimRuntime implements RuntimeService {
  /** The machine's files that containers may mount, by path. */
  readonly hostFiles = new Map<string, Uint8Array>();
  readonly #env: Env;
  readonly #images: SimImages;
  readonly #random: Random;
  readonly #options: SimRuntimeOptions;
  readonly #events: EventHub;
  readonly #sandboxes: SandboxTable;
  readonly #containers: ContainerTable;
  #reachable = true;

  constructor(env: Env, deps: { readonly images: SimImages }, options: SimRuntimeOptions = {}) {
    this.#env = env;
    this.#images = deps.images;
    this.#random = env.random.fork("runtime");
    this.#options = options;
    this.#events = new EventHub();
    this.#sandboxes = new SandboxTable(options.podCidr ?? "10.88.0.0/16");
    this.#containers = new ContainerTable(this.#sandboxes);
  }

  /** Cuts or restores the link to the kubelet; containers go on. */
  set reachable(value: boolean) {
    this.#reachable = value;
    if (!value) this.#events.fail(unreachable());
  }

  /** The machine restarts: every process ends, every sandbox loses its network; what is on disk stays. */
  reboot(): void {
    for (const container of this.#containers.all) container.signal("SIGKILL");
    for (const sandbox of this.#sandboxes.all) this.#release(sandbox);
  }

  /** The container, for the twins of what looks into containers (probes, files). */
  container(id: string): SimContainer | undefined {
    return this.#containers.find(id);
  }

  /** The containers of a ready sandbox. Throws `not-found`, `failed-precondition`. */
  containersOf(sandboxId: string): readonly SimContainer[] {
    const sandbox = this.#sandboxes.get(sandboxId);
    if (sandbox.state === "SANDBOX_READY") return this.#containers.of(sandbox);
    throw new RuntimeError("failed-precondition", `sandbox container "${sandboxId}" is not running`);
  }

  /** Whether a server runs behind an address. One that is no pod's is the node's own, which pods share. */
  answers(address: string): boolean {
    const own = this.#sandboxes.at(address);
    const sandboxes = own === undefined ? this.#sandboxes.all.filter((one) => one.ip === "") : [own];
    return sandboxes.some((one) => this.#containers.of(one).some(({ listening }) => listening));
  }

  async version(_signal: AbortSignal): Promise<RuntimeVersion> {
    this.#check();
    return { runtimeName: "sim", runtimeVersion: "1.0.0", runtimeApiVersion: "v1" };
  }

  async status(_signal: AbortSignal): Promise<RuntimeStatus> {
    this.#check();
    return {
      conditions: [
        { type: "RuntimeReady", ...ready },
        { type: "NetworkReady", ...ready },
      ],
      handlers: handlers.map((name) => ({ name, recursiveReadOnlyMounts: true, userNamespaces: true })),
      supplementalGroupsPolicy: true,
    };
  }

  async updateRuntimeConfig(config: { readonly podCidr: string }, _signal: AbortSignal): Promise<void> {
    this.#check();
    if (config.podCidr !== "") this.#sandboxes.podCidr = config.podCidr;
  }

  async runPodSandbox(config: PodSandboxConfig, signal: AbortSignal): Promise<string> {
    await this.#delay(this.#options.sandboxMs ?? [5, 25], signal);
    const { runtimeHandler } = config;
    if (!handlers.includes(runtimeHandler)) {
      const why = `failed to get sandbox runtime: no runtime for "${runtimeHandler}" is configured`;
      throw new RuntimeError("failed", `rpc error: code = Unknown desc = ${why}`);
    }
    const id = this.#newId();
    this.#sandboxes.add(id, config, this.#env.clock.now());
    this.#publish("STARTED", id, "", config.labels);
    return id;
  }

  async stopPodSandbox(id: string, _signal: AbortSignal): Promise<void> {
    this.#check();
    const sandbox = this.#sandboxes.find(id);
    if (sandbox === undefined) return;
    for (const one of this.#containers.of(sandbox)) one.signal("SIGKILL");
    this.#release(sandbox);
  }

  async removePodSandbox(id: string, signal: AbortSignal): Promise<void> {
    const sandbox = this.#sandboxes.find(id);
    await this.stopPodSandbox(id, signal);
    if (sandbox === undefined) return;
    for (const one of sandbox.containers) await this.removeContainer(one, signal);
    this.#sandboxes.remove(sandbox);
    this.#publish("DELETED", id, "", sandbox.config.labels);
  }

  async podSandboxStatus(id: string, _signal: AbortSignal): Promise<SandboxStatus> {
    this.#check();
    const sandbox = this.#sandboxes.get(id);
    const hostNetwork = sandbox.config.security.namespaces.network === "NODE";
    return { ...rowOf(sandbox), ips: sandbox.ip === "" ? [] : [sandbox.ip], hostNetwork };
  }

  async listPodSandbox(
    filter: RuntimeFilter & { readonly state?: SandboxState },
    _signal: AbortSignal,
  ): Promise<readonly Sandbox[]> {
    this.#check();
    return this.#sandboxes
      .reach(filter)
      .filter((one) => matches(filter, one))
      .map(rowOf);
  }

  async createContainer(
    sandboxId: string,
    config: ContainerConfig,
    _sandbox: PodSandboxConfig,
    signal: AbortSignal,
  ): Promise<string> {
    await this.#delay(this.#options.containerMs ?? [2, 10], signal);
    const sandbox = this.#sandboxes.get(sandboxId);
    const what = `Cannot create container "${config.name}"`;
    if (sandbox.state !== "SANDBOX_READY")
      throw new RuntimeError("failed-precondition", `${what}: sandbox "${sandboxId}" is not ready`);
    const image = await this.#images.imageStatus(config.imageRef, signal);
    if (image === undefined)
      throw new RuntimeError("not-found", `${what}: image "${config.imageRef}" is not here`);
    const id = this.#newId();
    const hostname = sandbox.config.hostname || sandbox.config.name;
    const files = firstFiles(config, hostname, this.hostFiles);
    const names = { id, sandboxId, program: this.#images.program(config.image), image, hostname, files };
    const container = new SimContainer(this.#env.clock, names, config, () =>
      this.#publish("STOPPED", sandboxId, id, config.labels),
    );
    this.#containers.add(container, sandbox);
    this.#publish("CREATED", sandboxId, id, config.labels);
    return id;
  }

  async startContainer(id: string, signal: AbortSignal): Promise<void> {
    await this.#delay(this.#options.containerMs ?? [2, 10], signal);
    const container = this.#containers.get(id);
    container.start();
    this.#publish("STARTED", container.sandboxId, id, container.config.labels);
  }

  async stopContainer(id: string, timeoutSeconds: number, signal: AbortSignal): Promise<void> {
    this.#check();
    const container = this.#containers.find(id);
    if (container === undefined || container.state === "CONTAINER_EXITED") return;
    if (timeoutSeconds > 0 && container.state === "CONTAINER_RUNNING") {
      container.signal(container.config.stopSignal ?? "SIGTERM");
      await container.endedWithin(timeoutSeconds * 1000, signal);
    }
    container.signal("SIGKILL");
  }

  async removeContainer(id: string, _signal: AbortSignal): Promise<void> {
    this.#check();
    const container = this.#containers.find(id);
    if (container === undefined) return;
    container.signal("SIGKILL");
    this.#containers.remove(container);
    this.#publish("DELETED", container.sandboxId, id, container.config.labels);
  }

  async updateContainerResources(id: string, resources: LinuxResources, signal: AbortSignal): Promise<void> {
    await this.#delay(this.#options.containerMs ?? [2, 10], signal);
    this.#containers.get(id).resources = resources;
  }

  async listContainers(filter: ContainerFilter, _signal: AbortSignal): Promise<readonly ContainerSummary[]> {
    this.#check();
    return this.#containers.matching(filter).map((one) => one.summary());
  }

  async containerStatus(id: string, _signal: AbortSignal): Promise<ContainerStatus> {
    this.#check();
    return this.#containers.get(id).status();
  }

  async execSync(
    id: string,
    command: readonly string[],
    timeoutSeconds: number,
    signal: AbortSignal,
  ): Promise<ExecResult> {
    this.#check();
    const result = await this.#containers.get(id).exec(command, timeoutSeconds * 1000, signal);
    signal.throwIfAborted();
    if (result !== undefined) return result;
    throw new RuntimeError("timeout", `command "${command.join(" ")}" timed out`);
  }

  async listContainerStats(
    filter: Omit<ContainerFilter, "state">,
    _signal: AbortSignal,
  ): Promise<readonly ContainerStats[]> {
    this.#check();
    return this.#containers.matching({ ...filter, state: "CONTAINER_RUNNING" }).map((one) => one.stats());
  }

  containerEvents(open: () => void, signal: AbortSignal): AsyncIterable<ContainerEvent> {
    this.#check();
    return this.#events.subscribe(open, signal);
  }

  #release(sandbox: SimSandbox): void {
    if (this.#sandboxes.release(sandbox)) this.#publish("STOPPED", sandbox.id, "", sandbox.config.labels);
  }

  #check(): void {
    if (!this.#reachable) throw unreachable();
  }

  async #delay([low, high]: readonly [number, number], signal: AbortSignal): Promise<void> {
    this.#check();
    await this.#env.clock.sleep(low + this.#random.below(Math.max(1, high - low)), signal);
    this.#check();
  }

  #publish(type: ContainerEvent["type"], sandboxId: string, containerId: string, labels: StringMap): void {
    this.#events.publish({ type, sandboxId, containerId, labels, atMs: this.#env.clock.now() });
  }

  #newId(): string {
    const id = `${this.#random.uuid()}${this.#random.uuid()}`.replaceAll("-", "");
    assert(
      this.#sandboxes.find(id) === undefined && this.#containers.find(id) === undefined,
      "ids are unique",
    );
    return id;
  }
}

function unreachable(): RuntimeError {
  return new RuntimeError("unavailable", "Cannot reach the container runtime: connection refused");
}
