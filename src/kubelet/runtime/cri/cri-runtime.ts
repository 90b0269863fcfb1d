/**
 * A container runtime behind CRI v1 (containerd, CRI-O). It keeps no state: every answer is the runtime's.
 * Beside the calls it does what CRI leaves to the kubelet and the interface wants: log directories and
 * termination messages.
 */
import type { Env } from "#base";
import type { Decoded, Given, Message, Method, RpcClient } from "#base/rpc";
import type { ContainerConfig, LinuxResources, PodSandboxConfig } from "../config.ts";
import { RuntimeError } from "../errors.ts";
import { podUidLabel } from "../labels.ts";
import type {
  ContainerEvent,
  ContainerState,
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
  SandboxStats,
  SandboxStatus,
} from "../runtime.ts";
import type { ContainerFiles } from "./container-files-node.ts";
import { type ChangeHints, watchContainers } from "./container-watch.ts";
import {
  decodeContainer,
  decodeContainerStats,
  decodeContainerStatus,
  decodeRuntimeStatus,
  decodeSandbox,
  decodeSandboxStats,
  decodeSandboxStatus,
} from "./decode-state.ts";
import { encodeContainer, encodeSandbox } from "./encode-config.ts";
import { containerStates, sandboxStates } from "./enums.ts";
import { asRuntimeError, asToldError, runtimeCodeOf } from "./errors.ts";
import { callTimeoutMs, sandboxTimeoutMs, stopAgainMs } from "./limits.ts";
import { lastWordsOf } from "./last-words.ts";
import type { containerStatusResponse } from "./messages.ts";
import { runtimeMethods } from "./methods.ts";
import { Ownership } from "./ownership.ts";
import type { StartTurns } from "./start-turns.ts";

/** What a runtime's client works with. */
export interface CriRuntimeDeps {
  readonly rpc: RpcClient;
  readonly files: ContainerFiles;
  readonly turns: StartTurns;
  /** Read when events are asked for. Default: none, and the lists are read every second. */
  readonly hints?: ChangeHints | undefined;
  /** Hears of the range of the node's pod addresses before the runtime does. Default: nobody. */
  readonly configureNetwork?: (podCidr: string, signal: AbortSignal) => Promise<void>;
}

/** Whose the pods are. */
export interface CriRuntimeOptions {
  /** Of a runtime that others use too: their sandboxes and containers are not seen. Default: all are ours. */
  readonly owner?: string;
}

/** One runtime, by its socket. */
export class CriRuntime implements RuntimeService {
  readonly #env: Env;
  readonly #deps: CriRuntimeDeps;
  readonly #ownership: Ownership;

  constructor(env: Env, deps: CriRuntimeDeps, { owner }: CriRuntimeOptions = {}) {
    this.#env = env;
    this.#deps = deps;
    this.#ownership = new Ownership(owner);
  }

  async version(signal: AbortSignal): Promise<RuntimeVersion> {
    return this.#call(runtimeMethods.version, {}, signal);
  }

  async status(signal: AbortSignal): Promise<RuntimeStatus> {
    return decodeRuntimeStatus(await this.#call(runtimeMethods.status, {}, signal));
  }

  async updateRuntimeConfig(config: { readonly podCidr: string }, signal: AbortSignal): Promise<void> {
    await this.#deps.configureNetwork?.(config.podCidr, signal);
    await this.#call(runtimeMethods.updateRuntimeConfig, { config: { network: config } }, signal);
  }

  async runPodSandbox(config: PodSandboxConfig, signal: AbortSignal): Promise<string> {
    await this.#deps.files.prepareSandbox(config);
    const request = {
      config: encodeSandbox(this.#ownership.mark(config)),
      runtimeHandler: config.runtimeHandler,
    };
    try {
      const { rpc, turns } = this.#deps;
      const run = (): Promise<{ readonly id: string }> =>
        rpc.call(runtimeMethods.runPodSandbox, request, sandboxTimeoutMs, signal);
      return (await turns.run("sandbox", run, signal)).id;
    } catch (error) {
      throw asToldError(error, runtimeCodeOf);
    }
  }

  async stopPodSandbox(id: string, signal: AbortSignal): Promise<void> {
    for (const againMs of stopAgainMs) {
      try {
        await this.#call(runtimeMethods.stopPodSandbox, { id }, signal);
        return;
      } catch {
        // It fails on what another stop of the same sandbox has taken away.
        await this.#env.clock.sleep(againMs, signal);
      }
    }
    await this.#call(runtimeMethods.stopPodSandbox, { id }, signal);
  }

  async removePodSandbox(id: string, signal: AbortSignal): Promise<void> {
    const [sandbox] = await this.listPodSandbox({ id }, signal);
    await this.#call(runtimeMethods.removePodSandbox, { id }, signal);
    if (sandbox === undefined) return;
    const others = await this.listPodSandbox({ labels: { [podUidLabel]: sandbox.uid } }, signal);
    if (others.length === 0) await this.#deps.files.forget(sandbox);
  }

  async podSandboxStatus(id: string, signal: AbortSignal): Promise<SandboxStatus> {
    const { status } = await this.#call(runtimeMethods.podSandboxStatus, { id }, signal);
    if (status === undefined) throw new RuntimeError("not-found", `sandbox "${id}" has no status`);
    return this.#ownership.plain(decodeSandboxStatus(status));
  }

  async listPodSandbox(
    filter: RuntimeFilter & { readonly state?: SandboxState },
    signal: AbortSignal,
  ): Promise<readonly Sandbox[]> {
    const { state, ...rest } = this.#ownership.filter(filter);
    const given = state === undefined ? rest : { ...rest, state: { state: sandboxStates.indexOf(state) } };
    const { items } = await this.#call(runtimeMethods.listPodSandbox, { filter: given }, signal);
    return items.map((row) => this.#ownership.plain(decodeSandbox(row)));
  }

  async createContainer(
    sandboxId: string,
    config: ContainerConfig,
    sandbox: PodSandboxConfig,
    signal: AbortSignal,
  ): Promise<string> {
    const mounts = [...config.mounts, ...(await this.#deps.files.prepareContainer(config, sandbox))];
    const request = {
      sandboxId,
      config: encodeContainer(this.#ownership.mark({ ...config, mounts })),
      sandbox: encodeSandbox(this.#ownership.mark(sandbox)),
    };
    const create = (): Promise<{ readonly id: string }> =>
      this.#call(runtimeMethods.createContainer, request, signal);
    const { id } = await this.#deps.turns.run("create", create, signal);
    await this.#deps.files.linkLog(id, config, sandbox);
    return id;
  }

  async startContainer(id: string, signal: AbortSignal): Promise<void> {
    const start = (): Promise<unknown> => this.#call(runtimeMethods.startContainer, { id }, signal);
    await this.#deps.turns.run("start", start, signal);
  }

  async stopContainer(id: string, timeoutSeconds: number, signal: AbortSignal): Promise<void> {
    const timeoutMs = callTimeoutMs + timeoutSeconds * 1000;
    try {
      await this.#call(runtimeMethods.stopContainer, { id, timeoutSeconds }, signal, timeoutMs);
    } catch (error) {
      if (!(error instanceof RuntimeError) || error.code !== "not-found") throw error;
    }
  }

  async removeContainer(id: string, signal: AbortSignal): Promise<void> {
    const known = await this.#call(runtimeMethods.containerStatus, { id }, signal).catch((error: unknown) => {
      if (error instanceof RuntimeError && error.code === "not-found") return undefined;
      throw error;
    });
    await this.#call(runtimeMethods.removeContainer, { id }, signal);
    if (known?.status !== undefined) await this.#deps.files.forgetLog(known.status);
  }

  async updateContainerResources(id: string, linux: LinuxResources, signal: AbortSignal): Promise<void> {
    await this.#call(runtimeMethods.updateContainerResources, { id, linux }, signal);
  }

  async listContainers(
    filter: RuntimeFilter & { readonly podSandboxId?: string; readonly state?: ContainerState },
    signal: AbortSignal,
  ): Promise<readonly ContainerSummary[]> {
    const { state, ...rest } = this.#ownership.filter(filter);
    const given = state === undefined ? rest : { ...rest, state: { state: containerStates.indexOf(state) } };
    const { containers } = await this.#call(runtimeMethods.listContainers, { filter: given }, signal);
    return containers.map((row) => this.#ownership.plain(decodeContainer(row)));
  }

  /** Images of containers that are not ours, by name and id. */
  async othersImages(signal: AbortSignal): Promise<ReadonlySet<string>> {
    const { containers } = await this.#call(runtimeMethods.listContainers, { filter: {} }, signal);
    const others = containers.map(decodeContainer).filter(({ labels }) => !this.#ownership.holds(labels));
    return new Set(others.flatMap(({ image, imageRef }) => [image, imageRef]));
  }

  async containerStatus(id: string, signal: AbortSignal): Promise<ContainerStatus> {
    const status = await this.#status(id, signal);
    if (status === undefined) throw new RuntimeError("not-found", `container "${id}" has no status`);
    // Only the list tells the sandbox.
    const [row] = await this.listContainers({ id }, signal);
    if (row === undefined) throw new RuntimeError("not-found", `container "${id}" is gone`);
    const ended = containerStates[status.state] === "CONTAINER_EXITED";
    const message = ended ? await lastWordsOf(status, this.#deps.files) : status.message;
    return this.#ownership.plain(decodeContainerStatus(status, { podSandboxId: row.podSandboxId, message }));
  }

  async execSync(
    id: string,
    command: readonly string[],
    timeoutSeconds: number,
    signal: AbortSignal,
  ): Promise<ExecResult> {
    // The runtime keeps the time; ours is for a runtime that does not.
    const timeoutMs = timeoutSeconds === 0 ? Infinity : callTimeoutMs + timeoutSeconds * 1000;
    const request = { id, command, timeoutSeconds };
    const answer = await this.#call(runtimeMethods.execSync, request, signal, timeoutMs);
    return { stdout: text(answer.stdout), stderr: text(answer.stderr), exitCode: answer.exitCode };
  }

  async listContainerStats(
    filter: RuntimeFilter & { readonly podSandboxId?: string },
    signal: AbortSignal,
  ): Promise<readonly ContainerStats[]> {
    const given = this.#ownership.filter(filter);
    const { stats } = await this.#call(runtimeMethods.listContainerStats, { filter: given }, signal);
    return stats.map((one) => this.#ownership.plain(decodeContainerStats(one)));
  }

  /** What whole pods use, with their networks; asked for each, since one that has ended fails a list (containerd 1.6). */
  async listSandboxStats(signal: AbortSignal): Promise<readonly SandboxStats[]> {
    const ready = await this.listPodSandbox({ state: "SANDBOX_READY" }, signal);
    const all = await Promise.all(ready.map(({ id }) => this.#sandboxStats(id, signal)));
    return all.filter((one) => one !== undefined);
  }

  /** Undefined when it ends meanwhile. */
  async #sandboxStats(id: string, signal: AbortSignal): Promise<SandboxStats | undefined> {
    try {
      const { stats } = await this.#call(runtimeMethods.sandboxStats, { id }, signal);
      return stats === undefined ? undefined : this.#ownership.plain(decodeSandboxStats(stats));
    } catch (error) {
      if (signal.aborted) throw error;
      const left = await this.listPodSandbox({ id, state: "SANDBOX_READY" }, signal);
      if (left.length > 0) throw error;
      return undefined;
    }
  }

  /** Makes the runtime write a container's log to its path anew, after the file was renamed. */
  async reopenLog(containerId: string, signal: AbortSignal): Promise<void> {
    await this.#call(runtimeMethods.reopenContainerLog, { id: containerId }, signal);
  }

  containerEvents(open: () => void, signal: AbortSignal): AsyncIterable<ContainerEvent> {
    return watchContainers(this.#env, { runtime: this, hints: this.#deps.hints }, open, signal);
  }

  /** Where its log is written; undefined when it has none. */
  async logPathOf(id: string, signal: AbortSignal): Promise<string | undefined> {
    return (await this.#status(id, signal))?.logPath || undefined;
  }

  async #status(id: string, signal: AbortSignal): Promise<Decoded<typeof containerStatusResponse>["status"]> {
    return (await this.#call(runtimeMethods.containerStatus, { id }, signal)).status;
  }

  async #call<Q extends Message, A extends Message>(
    method: Method<Q, A>,
    request: Given<Q>,
    signal: AbortSignal,
    timeoutMs = callTimeoutMs,
  ): Promise<Decoded<A>> {
    try {
      return await this.#deps.rpc.call(method, request, timeoutMs, signal);
    } catch (error) {
      throw asRuntimeError(error);
    }
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}
