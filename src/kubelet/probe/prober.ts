/**
 * Runs one probe or hook against a container: exec by the runtime, HTTP, TCP and gRPC by the dialer. Says
 * what came out in upstream's words, since they end in the pod's events.
 */
import type { Container, core, LifecycleHandler, Pod, Probe } from "#api";
import { type Env, messageOf } from "#base";
import { maxProbeOutputBytes } from "../limits.ts";
import { RuntimeError } from "../runtime/errors.ts";
import type { RuntimeService } from "../runtime/runtime.ts";
import { hostPort, type HttpProbe, type ProbeDialer } from "./dialer.ts";

/** The container that is asked. */
export interface ProbeTarget {
  readonly pod: Pod;
  readonly container: Container | core.EphemeralContainer;
  readonly containerId: string;
  /** The pod's address; with host network the node's. */
  readonly podIP: string;
}

/** `unknown`: the probe itself could not be run; it counts neither way. */
export interface ProbeAnswer {
  readonly outcome: "success" | "failure" | "unknown";
  readonly output: string;
  /** What is to be told although it is a success. */
  readonly warning?: string;
}

/** One per node. */
export class Prober {
  readonly #env: Env;
  readonly #runtime: RuntimeService;
  readonly #dialer: ProbeDialer;

  constructor(env: Env, deps: { readonly runtime: RuntimeService; readonly dialer: ProbeDialer }) {
    this.#env = env;
    this.#runtime = deps.runtime;
    this.#dialer = deps.dialer;
  }

  async probe(target: ProbeTarget, probe: Probe, signal: AbortSignal): Promise<ProbeAnswer> {
    const timeoutSeconds = probe.timeoutSeconds ?? 1;
    const answer =
      probe.exec === undefined
        ? await this.#within(timeoutSeconds, target, probe, signal)
        : await this.#exec(target, probe.exec.command ?? [], timeoutSeconds, signal);
    return { ...answer, output: cut(answer.output) };
  }

  /** Runs a lifecycle hook; rejects when it fails. An HTTP hook succeeds with any answer. */
  async hook(target: ProbeTarget, hook: LifecycleHandler, signal: AbortSignal): Promise<void> {
    if (hook.sleep !== undefined) return this.#env.clock.sleep(hook.sleep.seconds * 1000, signal);
    if (hook.exec !== undefined) {
      const { exitCode, stdout, stderr } = await this.#runtime.execSync(
        target.containerId,
        hook.exec.command ?? [],
        0,
        signal,
      );
      if (exitCode === 0) return;
      const command = (hook.exec.command ?? []).join(" ");
      throw new RuntimeError(
        "failed",
        `command '${command}' exited with ${exitCode}, message: ${JSON.stringify(cut(stdout + stderr))}`,
      );
    }
    if (hook.httpGet !== undefined) await this.#dialer.http(httpProbe(hook.httpGet, target), signal);
    else if (hook.tcpSocket !== undefined) {
      await this.#dialer.tcp(
        hook.tcpSocket.host || target.podIP,
        portOf(hook.tcpSocket.port, target),
        signal,
      );
    }
  }

  async #dial(target: ProbeTarget, probe: Probe, signal: AbortSignal): Promise<ProbeAnswer> {
    try {
      if (probe.httpGet !== undefined) {
        const { status, body } = await this.#dialer.http(httpProbe(probe.httpGet, target), signal);
        if (status >= 300 && status < 400) {
          const warning = `Probe terminated redirects, Response body: ${cut(body)}`;
          return { outcome: "success", output: "", warning };
        }
        if (status >= 200 && status < 300) return { outcome: "success", output: "" };
        return { outcome: "failure", output: `HTTP probe failed with statuscode: ${status}` };
      }
      if (probe.tcpSocket !== undefined) {
        await this.#dialer.tcp(
          probe.tcpSocket.host || target.podIP,
          portOf(probe.tcpSocket.port, target),
          signal,
        );
        return { outcome: "success", output: "" };
      }
      if (probe.grpc === undefined) return { outcome: "unknown", output: "missing probe handler" };
      const serving = await this.#dialer.grpc(
        target.podIP,
        probe.grpc.port,
        probe.grpc.service ?? "",
        signal,
      );
      if (serving === "SERVING") return { outcome: "success", output: "service healthy" };
      return { outcome: "failure", output: `service unhealthy (responded with "${serving}")` };
    } catch (error) {
      if (signal.aborted) throw error;
      return { outcome: "failure", output: messageOf(error) };
    }
  }

  async #exec(
    target: ProbeTarget,
    command: readonly string[],
    timeoutSeconds: number,
    signal: AbortSignal,
  ): Promise<ProbeAnswer> {
    try {
      const { exitCode, stdout, stderr } = await this.#runtime.execSync(
        target.containerId,
        command,
        timeoutSeconds,
        signal,
      );
      return { outcome: exitCode === 0 ? "success" : "failure", output: stdout + stderr };
    } catch (error) {
      if (signal.aborted) throw error;
      if (!(error instanceof RuntimeError) || error.code !== "timeout")
        return { outcome: "unknown", output: messageOf(error) };
      const output = `command timed out: ${JSON.stringify(command.join(" "))} timed out after ${timeoutSeconds}s`;
      return { outcome: "failure", output };
    }
  }

  /** Ends what takes longer than its time as a failure. */
  async #within(
    seconds: number,
    target: ProbeTarget,
    probe: Probe,
    signal: AbortSignal,
  ): Promise<ProbeAnswer> {
    const over = new AbortController();
    const timer = this.#env.clock.timer(seconds * 1000, () => over.abort());
    try {
      return await this.#dial(target, probe, AbortSignal.any([signal, over.signal]));
    } catch (error) {
      if (signal.aborted || !over.signal.aborted) throw error;
      return { outcome: "failure", output: lateText(target, probe, seconds) };
    } finally {
      timer.cancel();
    }
  }
}

/** What upstream says of an answer that did not come in time. */
function lateText(target: ProbeTarget, probe: Probe, seconds: number): string {
  if (probe.httpGet !== undefined) {
    const { scheme, host, port, path } = httpProbe(probe.httpGet, target);
    const why = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
    return `Get "${scheme}://${hostPort(host, port)}${path}": ${why}`;
  }
  if (probe.tcpSocket === undefined) return `timeout: health rpc did not complete within ${seconds}s`;
  const { host, port } = probe.tcpSocket;
  return `dial tcp ${hostPort(host || target.podIP, portOf(port, target))}: i/o timeout`;
}

function httpProbe(action: core.HTTPGetAction, target: ProbeTarget): HttpProbe {
  const headers = action.httpHeaders ?? [];
  const has = (name: string): boolean => headers.some((one) => one.name.toLowerCase() === name);
  return {
    scheme: action.scheme === "HTTPS" ? "https" : "http",
    host: action.host || target.podIP,
    port: portOf(action.port, target),
    path: (action.path ?? "").startsWith("/") ? (action.path ?? "/") : `/${action.path ?? ""}`,
    headers: [
      ...(has("user-agent") ? [] : [{ name: "User-Agent", value: "kube-probe/1.36" }]),
      ...(has("accept") ? [] : [{ name: "Accept", value: "*/*" }]),
      ...headers,
    ],
  };
}

/** A number, or the number of a container port by name. */
function portOf(port: string | number, target: ProbeTarget): number {
  if (typeof port === "number") return port;
  const named = (target.container.ports ?? []).find((one) => one.name === port);
  const number = named?.containerPort ?? Number(port);
  if (Number.isInteger(number) && number > 0) return number;
  throw new RuntimeError("invalid-argument", `port ${JSON.stringify(port)} not found`);
}

function cut(text: string): string {
  return text.length <= maxProbeOutputBytes ? text : text.slice(0, maxProbeOutputBytes);
}
