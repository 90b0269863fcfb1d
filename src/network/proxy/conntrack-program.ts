/** The kernel's connection tracking by the program `conntrack`. Without the program nothing is known, and nothing forgotten. */
import { formatIp, parseIp } from "#api";
import { type Command, type Env, ProcessError, type Processes, runToEnd } from "#base";
import { ProxyError } from "./errors.ts";
import { families } from "./entry.ts";
import type { FlowTable, FlowTargets, StaleFlows } from "./flows.ts";
import { maxFlowListBytes, maxRefusalChars } from "./limits.ts";

/** How to start it: the program and what comes before its own arguments. */
export type ConntrackCommand = Pick<Command, "program" | "arguments" | "environment">;

/** Starts it when it is needed. */
export class ConntrackProgram implements FlowTable {
  readonly #env: Pick<Env, "log">;
  readonly #processes: Processes;
  readonly #command: ConntrackCommand;
  #missing = false;

  constructor(
    env: Pick<Env, "log">,
    deps: { readonly processes: Processes },
    options: { readonly command: ConntrackCommand },
  ) {
    this.#env = env;
    this.#processes = deps.processes;
    this.#command = options.command;
  }

  async targets(signal: AbortSignal): Promise<FlowTargets> {
    const targets = new Map<string, Set<string>>();
    for (const family of families) {
      const list = ["-L", "-p", "udp", "-f", family === "ip" ? "ipv4" : "ipv6"];
      const command = { ...this.#command, arguments: [...this.#command.arguments, ...list] };
      for (const line of (await this.#run(command, "", signal)).split("\n")) {
        const flow = flowOf(line);
        if (flow === undefined) continue;
        const known = targets.get(flow.frontend) ?? new Set();
        targets.set(flow.frontend, known.add(flow.endpoint));
      }
    }
    return new Map([...targets].map(([frontend, endpoints]) => [frontend, [...endpoints]]));
  }

  /** One program for all, which takes commands as lines: from a pipe, since it cannot open what a child has as its input. */
  async forget(stale: readonly StaleFlows[], signal: AbortSignal): Promise<void> {
    const { program, arguments: first } = this.#command;
    const piped = {
      ...this.#command,
      program: "sh",
      arguments: ["-c", 'cat | "$@" -R -', "sh", program, ...first],
    };
    await this.#run(piped, stale.map((one) => `${deletion(one)}\n`).join(""), signal);
  }

  async #run(command: Command, input: string, signal: AbortSignal): Promise<string> {
    if (this.#missing) return "";
    const options = { input: Buffer.from(input), maxOutputBytes: maxFlowListBytes };
    try {
      const { exit, output, errorOutput } = await runToEnd(this.#processes, command, options, signal);
      if ("code" in exit && exit.code === 0) return Buffer.from(output).toString();
      const said = Buffer.from(errorOutput).toString().slice(0, maxRefusalChars).trim();
      if ("code" in exit && exit.code === shellFindsNone) throw new ProcessError("notFound", said);
      throw new ProxyError("refused", `"${command.arguments.join(" ")}" failed: ${said}`);
    } catch (error) {
      if (!(error instanceof ProcessError && error.code === "notFound")) throw error;
      this.#missing = true;
      this.#env.log.info(
        "Without the program conntrack, UDP clients that do not pause keep an endpoint that is gone",
      );
      return "";
    }
  }
}

/** The exit code of a shell that does not find the program. */
const shellFindsNone = 127;

function deletion({ frontend, endpoint }: StaleFlows): string {
  const [address = "", , port] = frontend.split(" . ");
  const at = `-D -f ${address.includes(":") ? "ipv6" : "ipv4"} -p udp --orig-dst ${address} --orig-port-dst ${port}`;
  if (endpoint === undefined) return at;
  const [target, targetPort] = endpoint.split(" . ");
  return `${at} --reply-src ${target} --reply-port-src ${targetPort}`;
}

/** `udp 17 29 src=10.244.0.9 dst=10.96.0.10 sport=4001 dport=53 src=10.244.0.2 dst=10.244.0.9 sport=5300 dport=4001` */
function flowOf(line: string): { readonly frontend: string; readonly endpoint: string } | undefined {
  const [asked, answered] = line.matchAll(/ src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/g);
  if (asked === undefined || answered === undefined) return undefined;
  const [, , address = "", , port] = asked;
  const [, endpoint = "", , endpointPort] = answered;
  return {
    frontend: `${canonical(address)} . udp . ${port}`,
    endpoint: `${canonical(endpoint)} . ${endpointPort}`,
  };
}

function canonical(address: string): string {
  const bytes = parseIp(address);
  return bytes === undefined ? address : formatIp(bytes);
}
