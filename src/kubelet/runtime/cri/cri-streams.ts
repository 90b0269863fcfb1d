/**
 * Streams into containers behind CRI v1: the runtime hands out a URL of its streaming server, and the bytes go
 * there over SPDY/3.1, where each direction is closed on its own (a WebSocket there cannot). Ports of pods are dialed
 * inside their networks; the runtime forwards where that cannot be.
 */
import { type Env, messageOf, ProcessError } from "#base";
import type { Decoded, Given, Message, Method, RpcClient } from "#base/rpc";
import {
  type ByteChannel,
  type CommandEnd,
  type CommandIo,
  type CommandShape,
  joinChannels,
  openPortForward,
  portForwardProtocol,
  runSpdyCommand,
  SpdyConnection,
  type SpdyStream,
  spdyCommandProtocols,
} from "#base/streams";
import { RuntimeError } from "../errors.ts";
import type { RuntimeStreams } from "../streams.ts";
import { asRuntimeError } from "./errors.ts";
import { callTimeoutMs, halfCloseQuietMs } from "./limits.ts";
import type { streamUrl } from "./messages.ts";
import { runtimeMethods } from "./methods.ts";

/** What streams are made with. */
export interface CriStreamsDeps {
  readonly rpc: RpcClient;
  /** Connects to the streaming server. */
  readonly dial: (url: string, protocols: readonly string[], signal: AbortSignal) => Promise<ByteChannel>;
  /**
   * Connects to a port in the network namespace of a pod, by its path. Default: the runtime forwards, and then a half
   * that a client closes is known to the pod when it has been quiet for a while.
   */
  readonly dialPod?: (network: string, port: number, signal: AbortSignal) => Promise<ByteChannel>;
}

/** The network of this process, which pods with `hostNetwork` share. */
const ownNetwork = "/proc/self/ns/net";

export class CriStreams implements RuntimeStreams {
  readonly #env: Env;
  readonly #deps: CriStreamsDeps;

  constructor(env: Env, deps: CriStreamsDeps) {
    this.#env = env;
    this.#deps = deps;
  }

  async exec(
    containerId: string,
    command: readonly string[],
    shape: CommandShape,
    io: CommandIo,
    signal: AbortSignal,
  ): Promise<number> {
    const request = { containerId, cmd: command, ...asked(shape) };
    const channel = await this.#open(runtimeMethods.exec, request, spdyCommandProtocols, signal);
    return codeOf(await runSpdyCommand(channel, shape, io, signal));
  }

  async attach(
    containerId: string,
    shape: CommandShape,
    io: CommandIo,
    signal: AbortSignal,
  ): Promise<number> {
    const request = { containerId, ...asked(shape) };
    const channel = await this.#open(runtimeMethods.attach, request, spdyCommandProtocols, signal);
    return codeOf(await runSpdyCommand(channel, shape, io, signal));
  }

  async portForward(
    podSandboxId: string,
    port: number,
    data: ByteChannel,
    signal: AbortSignal,
  ): Promise<void> {
    const pod = await this.#dialPod(podSandboxId, port, signal);
    if (pod === undefined) return this.#forwardByRuntime(podSandboxId, port, data, signal);
    const stop = (): void => {
      pod.destroy();
      data.destroy();
    };
    signal.addEventListener("abort", stop, { once: true });
    try {
      await joinChannels(data, pod);
      signal.throwIfAborted();
    } finally {
      signal.removeEventListener("abort", stop);
      pod.destroy();
    }
  }

  /** Undefined when the runtime does not tell the pod's network, or nobody can enter it. */
  async #dialPod(podSandboxId: string, port: number, signal: AbortSignal): Promise<ByteChannel | undefined> {
    const { dialPod } = this.#deps;
    if (dialPod === undefined) return undefined;
    const network = await this.#network(podSandboxId, signal);
    if (network === undefined) return undefined;
    try {
      return await dialPod(network, port, signal);
    } catch (error) {
      const isOurs =
        error instanceof ProcessError || (error instanceof RuntimeError && error.code === "unavailable");
      if (!isOurs) throw error;
      this.#env.log.warn("Cannot enter a pod's network: the runtime forwards the port", {
        error: messageOf(error),
      });
      return undefined;
    }
  }

  /** By the sandbox's specification, which containerd and CRI-O give in the same form. */
  async #network(podSandboxId: string, signal: AbortSignal): Promise<string | undefined> {
    const { podSandboxStatus } = runtimeMethods;
    const request = { id: podSandboxId, verbose: true };
    try {
      const { info } = await this.#deps.rpc.call(podSandboxStatus, request, callTimeoutMs, signal);
      const { runtimeSpec } = JSON.parse(info["info"] ?? "{}") as SandboxInfo;
      const namespaces = runtimeSpec?.linux?.namespaces;
      if (namespaces === undefined) return undefined;
      const own = namespaces.find(({ type }) => type === "network");
      return own === undefined ? ownNetwork : own.path;
    } catch (error) {
      throw asRuntimeError(error);
    }
  }

  async #forwardByRuntime(
    podSandboxId: string,
    port: number,
    data: ByteChannel,
    signal: AbortSignal,
  ): Promise<void> {
    const request = { podSandboxId, port: [port] };
    const channel = await this.#open(runtimeMethods.portForward, request, [portForwardProtocol], signal);
    const connection = new SpdyConnection(channel, "client");
    const running = connection.run().catch(() => undefined);
    const stop = (): void => {
      channel.destroy();
      data.destroy();
    };
    signal.addEventListener("abort", stop, { once: true });
    try {
      await this.#forward(await openPortForward(connection, port), data);
      signal.throwIfAborted();
    } finally {
      signal.removeEventListener("abort", stop);
      await connection.close();
      channel.destroy();
      await running;
    }
  }

  /** Until the pod's side has ended; rejects with the runtime's word on why. */
  async #forward(pod: Awaited<ReturnType<typeof openPortForward>>, data: ByteChannel): Promise<void> {
    const clock = this.#env.clock;
    const ending = new AbortController();
    const failure = pod.failure.catch(() => "");
    let saidMs = clock.monotonic();
    // The client may go on sending to nobody after the pod has ended: its stream's end stops that.
    void this.#feed(pod.data, data, () => saidMs, ending.signal);
    try {
      for await (const chunk of pod.data.input) {
        saidMs = clock.monotonic();
        await data.write(chunk);
      }
    } finally {
      ending.abort();
      pod.data.destroy();
    }
    const why = await failure;
    if (why !== "")
      throw new RuntimeError("failed", why.trim().replace(/^error forwarding port .*?, uid : /, ""));
    data.end();
  }

  /**
   * The client's bytes to the pod. The runtime cuts a connection one second after its input has ended, whatever still
   * comes from the pod; so the end is told when the pod has been quiet for a while.
   */
  async #feed(pod: SpdyStream, data: ByteChannel, saidMs: () => number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#env;
    try {
      for await (const chunk of data.input) await pod.write(chunk);
      for (;;) {
        const quietMs = clock.monotonic() - saidMs();
        if (quietMs >= halfCloseQuietMs) return pod.end();
        await clock.sleep(halfCloseQuietMs - quietMs, signal);
      }
    } catch {
      // The pod takes no more, the client broke off, or all is over: the pod's side is to end.
      if (!signal.aborted) pod.destroy();
    }
  }

  async #open<Q extends Message>(
    method: Method<Q, typeof streamUrl>,
    request: Given<Q>,
    protocols: readonly string[],
    signal: AbortSignal,
  ): Promise<ByteChannel> {
    let answer: Decoded<typeof streamUrl>;
    try {
      answer = await this.#deps.rpc.call(method, request, callTimeoutMs, signal);
    } catch (error) {
      throw asRuntimeError(error);
    }
    return this.#deps.dial(answer.url, protocols, signal);
  }
}

/** What of a runtime's own words on a sandbox is read. */
interface SandboxInfo {
  readonly runtimeSpec?: {
    readonly linux?: { readonly namespaces?: readonly { readonly type: string; readonly path?: string }[] };
  };
}

/** A terminal has no stderr of its own, and the runtime refuses to be asked for both. */
function asked(shape: CommandShape): CommandShape {
  return { ...shape, stderr: shape.stderr && !shape.tty };
}

function codeOf(end: CommandEnd): number {
  if ("exitCode" in end) return end.exitCode;
  throw new RuntimeError(
    "failed",
    end.failure.replace(/^error (?:executing command in|attaching to) container: /, ""),
  );
}
