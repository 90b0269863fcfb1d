/**
 * Lets packets of pods through where the machine forwards nothing by default: Docker sets that policy, and then pods would
 * not even reach each other. Nothing is done where the policy is to accept, or where there is no iptables.
 */
import { ProcessError, type Processes, runToEnd } from "#base";
import { IpError } from "./ip-program.ts";

const comment = "navarch: pods";
const maxOutputBytes = 1024 * 1024;

export class Forwarding {
  readonly #processes: Processes;
  readonly #searchPath: string;

  /** `searchPath`: PATH of `iptables`. */
  constructor(deps: { readonly processes: Processes }, searchPath: string) {
    this.#processes = deps.processes;
    this.#searchPath = searchPath;
  }

  /** Makes sure that packets from and to these ranges are let through. */
  async allow(podCidrs: readonly string[], signal: AbortSignal): Promise<void> {
    const rules = await this.#rules(signal);
    if (rules === undefined || rules.includes("-P FORWARD ACCEPT")) return;
    for (const rule of rulesOf(podCidrs))
      if (!rules.some((line) => isThat(line, rule))) await this.#run(["-I", "FORWARD", ...rule], signal);
  }

  /** Takes all rules of ours away, whatever the policy and the ranges are now. */
  async forbid(signal: AbortSignal): Promise<void> {
    for (const line of (await this.#rules(signal)) ?? []) {
      const [, flag, cidr] = /^-A FORWARD (-[sd]) (\S+) /.exec(line) ?? [];
      if (flag === undefined || cidr === undefined || !line.includes(`"${comment}"`)) continue;
      await this.#run(["-D", "FORWARD", flag, cidr, ...ending], signal);
    }
  }

  /** The chain as `iptables -S` prints it; undefined without the program. */
  async #rules(signal: AbortSignal): Promise<readonly string[] | undefined> {
    try {
      return (await this.#run(["-S", "FORWARD"], signal)).split("\n");
    } catch (error) {
      if (error instanceof ProcessError && error.code === "notFound") return undefined;
      throw error;
    }
  }

  async #run(args: readonly string[], signal: AbortSignal): Promise<string> {
    const command = {
      program: "iptables",
      arguments: ["-w", "5", ...args],
      environment: { PATH: this.#searchPath },
    };
    const { exit, output, errorOutput } = await runToEnd(
      this.#processes,
      command,
      { maxOutputBytes },
      signal,
    );
    if ("code" in exit && exit.code === 0) return Buffer.from(output).toString();
    const said = Buffer.from(errorOutput).toString().trim();
    throw new IpError("refused", `"iptables ${args.join(" ")}" failed: ${said}`);
  }
}

const ending = ["-m", "comment", "--comment", comment, "-j", "ACCEPT"];

function rulesOf(podCidrs: readonly string[]): readonly (readonly string[])[] {
  return podCidrs.flatMap((cidr) => [
    ["-s", cidr, ...ending],
    ["-d", cidr, ...ending],
  ]);
}

function isThat(line: string, [flag = "", cidr = ""]: readonly string[]): boolean {
  return line.startsWith(`-A FORWARD ${flag} ${cidr} `) && line.includes(`"${comment}"`);
}
