/**
 * The machine's addresses and routes by the program `ip`: batches that take effect line by line, and questions that it
 * answers in JSON. Everything that we make carries our label or our protocol number, so that it is found again.
 */
import { CodedError, type Processes, runToEnd } from "#base";

/** `refused`: ip said no. */
export class IpError extends CodedError<"refused"> {}

const maxOutputBytes = 4 * 1024 * 1024;

/** Marks our routes (`ip route show proto 78`). */
export const routeProtocol = 78;
/** Marks our addresses (`ip address show label lo:navarch`). */
export const addressLabel = "lo:navarch";

export class IpProgram {
  readonly #processes: Processes;
  readonly #searchPath: string;

  /** `searchPath`: PATH of `ip` and `bridge`. */
  constructor(deps: { readonly processes: Processes }, searchPath: string) {
    this.#processes = deps.processes;
    this.#searchPath = searchPath;
  }

  /** Every line is tried; rejects with `refused` when one failed. */
  async batch(lines: readonly string[], signal: AbortSignal, program: "ip" | "bridge" = "ip"): Promise<void> {
    if (lines.length > 0)
      await this.#run(program, ["-force", "-batch", "-"], `${lines.join("\n")}\n`, signal);
  }

  /** What `ip -json ARGS` says; an empty list when it says nothing. */
  async ask(
    args: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const text = (await this.#run("ip", ["-json", ...args], "", signal)).trim();
    return text === "" ? [] : (JSON.parse(text) as readonly Readonly<Record<string, unknown>>[]);
  }

  async #run(program: string, args: readonly string[], input: string, signal: AbortSignal): Promise<string> {
    const command = { program, arguments: args, environment: { PATH: this.#searchPath } };
    const options = { input: Buffer.from(input), maxOutputBytes };
    const { exit, output, errorOutput } = await runToEnd(this.#processes, command, options, signal);
    if ("code" in exit && exit.code === 0) return Buffer.from(output).toString();
    const said = Buffer.from(errorOutput).toString().trim();
    throw new IpError("refused", `"${program} ${args.join(" ")}" failed: ${said}`);
  }
}
