/** The host's mounts: what is mounted is read from the kernel, changes go through `mount` and `umount`. */
import { readFile } from "node:fs/promises";
import { type Processes, runToEnd } from "#base";

const maxOutputBytes = 4096;

export class Mounts {
  readonly #processes: Processes;
  readonly #searchPath: string;

  constructor(deps: { readonly processes: Processes }, options: { readonly searchPath: string }) {
    this.#processes = deps.processes;
    this.#searchPath = options.searchPath;
  }

  /** Where something is mounted at or below a path, in the order of mounting. */
  async below(path: string): Promise<readonly string[]> {
    const lines = (await readFile("/proc/self/mountinfo", "utf8")).split("\n");
    return lines
      .map((line) => (line.split(" ")[4] ?? "").replace(/\\([0-7]{3})/g, unescaped))
      .filter((target) => target === path || target.startsWith(`${path}/`));
  }

  async has(path: string): Promise<boolean> {
    return (await this.below(path)).includes(path);
  }

  async memory(path: string, sizeBytes: number | undefined, signal: AbortSignal): Promise<void> {
    const size = sizeBytes === undefined ? [] : ["-o", `size=${sizeBytes}`];
    await this.#run("mount", ["-t", "tmpfs", ...size, "tmpfs", path], signal);
  }

  /** `source` is taken as it is: a link of /proc leads to what is open, not to what has its name now. */
  async bind(source: string, target: string, signal: AbortSignal): Promise<void> {
    await this.#run("mount", ["--no-canonicalize", "--bind", source, target], signal);
  }

  /** What still is in use goes when its last user does. */
  async unmount(path: string, signal: AbortSignal): Promise<void> {
    await this.#run("umount", ["--lazy", path], signal);
  }

  async #run(program: string, args: readonly string[], signal: AbortSignal): Promise<void> {
    const command = { program, arguments: args, environment: { PATH: this.#searchPath } };
    const { exit, errorOutput } = await runToEnd(this.#processes, command, { maxOutputBytes }, signal);
    if ("code" in exit && exit.code === 0) return;
    const why = Buffer.from(errorOutput).toString("utf8").trim();
    throw new Error(`${program} ${args.join(" ")}: ${why}`);
  }
}

function unescaped(_: string, octal: string): string {
  return String.fromCharCode(Number.parseInt(octal, 8));
}
