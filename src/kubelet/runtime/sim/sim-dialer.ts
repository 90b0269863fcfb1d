/** Probes into simulated containers: an address answers while a server runs behind it. */
import type { HttpAnswer, HttpProbe, ProbeDialer } from "../../probe/dialer.ts";
import { RuntimeError } from "../errors.ts";
import type { SimRuntime } from "./sim-runtime.ts";

export class SimDialer implements ProbeDialer {
  readonly #runtime: SimRuntime;

  constructor(deps: { readonly runtime: SimRuntime }) {
    this.#runtime = deps.runtime;
  }

  async http(probe: HttpProbe, signal: AbortSignal): Promise<HttpAnswer> {
    try {
      await this.tcp(probe.host, probe.port, signal);
    } catch (error) {
      throw new RuntimeError("failed", `Get "${probe.scheme}://${probe.host}:${probe.port}${probe.path}"`, {
        cause: error,
      });
    }
    return { status: 200, body: "" };
  }

  async tcp(host: string, port: number, _signal: AbortSignal): Promise<void> {
    if (this.#runtime.answers(host)) return;
    throw new RuntimeError("failed", `dial tcp ${host}:${port}: connect: connection refused`);
  }

  async grpc(host: string, port: number, _service: string, signal: AbortSignal): Promise<string> {
    await this.tcp(host, port, signal);
    return "SERVING";
  }
}
