/**
 * A container runtime that was there before us (the system's containerd, CRI-O), by its socket. It is never started,
 * stopped or configured: what it lacks is said. Its pods' networks are what its own CNI configuration makes them.
 */
import type { Component, Env } from "#base";
import { RpcClient, RpcError } from "#base/rpc";
import { RuntimeError } from "../errors.ts";
import { decodeRuntimeStatus } from "./decode-state.ts";
import { callTimeoutMs, endpointPollMs, endpointTimeoutMs } from "./limits.ts";
import { imageMethods, runtimeMethods } from "./methods.ts";

export class RuntimeEndpoint implements Component {
  readonly rpc: RpcClient;
  readonly #env: Pick<Env, "clock" | "log">;
  readonly #socket: string;
  #name: string | undefined;
  #imageDirectory: string | undefined;

  /** `socket`: its path. */
  constructor(env: Pick<Env, "clock" | "log">, options: { readonly socket: string }) {
    this.#env = env;
    this.#socket = options.socket;
    this.rpc = new RpcClient(`unix:${options.socket}`);
  }

  /** Whether it tells of its containers' lives as containerd does; known when it has started. */
  get isContainerd(): boolean {
    return this.#name === "containerd";
  }

  /** On the file system of its images; undefined when that is not of this machine, or not known yet. */
  get imageDirectory(): string | undefined {
    return this.#imageDirectory;
  }

  ready(): string | undefined {
    return this.#name === undefined ? "the container runtime has not answered" : undefined;
  }

  /** Resolves when it answers. Rejects with `unavailable`, or with `failed` when it does not suit. */
  async start(signal: AbortSignal): Promise<void> {
    this.#name = (await this.#answering(signal)).runtimeName;
    const cgroupDriver = await this.#cgroupDriver(signal);
    if (cgroupDriver === "systemd") {
      const text = `The container runtime at "${this.#socket}" makes cgroups by systemd`;
      throw new RuntimeError("failed", `${text}: set SystemdCgroup = false in its configuration`);
    }
    const [{ filesystems }, status] = await Promise.all([
      this.rpc.call(imageMethods.fsInfo, {}, callTimeoutMs, signal),
      this.rpc.call(runtimeMethods.status, {}, callTimeoutMs, signal),
    ]);
    this.#imageDirectory = filesystems[0]?.id?.mountpoint;
    const network = decodeRuntimeStatus(status).conditions.find((one) => one.type === "NetworkReady");
    if (network?.status === false) {
      this.#env.log.warn(
        "The container runtime has no network for pods: put a CNI configuration where it looks (mostly /etc/cni/net.d)",
        { socket: this.#socket, reason: network.message },
      );
    }
  }

  /** Lets go of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.rpc[Symbol.dispose]();
  }

  async #answering(signal: AbortSignal): Promise<{ readonly runtimeName: string }> {
    const { clock } = this.#env;
    for (const until = clock.monotonic() + endpointTimeoutMs; ; ) {
      try {
        return await this.rpc.call(runtimeMethods.version, {}, endpointTimeoutMs, signal);
      } catch (error) {
        signal.throwIfAborted();
        const text = `No container runtime answers at "${this.#socket}"`;
        if (clock.monotonic() > until) throw new RuntimeError("unavailable", text, { cause: error });
      }
      await clock.sleep(endpointPollMs, signal);
    }
  }

  /** Older runtimes do not say. */
  async #cgroupDriver(signal: AbortSignal): Promise<"systemd" | "cgroupfs"> {
    try {
      const { linux } = await this.rpc.call(runtimeMethods.runtimeConfig, {}, callTimeoutMs, signal);
      return linux?.cgroupDriver === 0 ? "systemd" : "cgroupfs";
    } catch (error) {
      if (error instanceof RpcError && error.code === "unimplemented") return "cgroupfs";
      throw error;
    }
  }
}
