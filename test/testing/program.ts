/** Runs the program as its users do, in processes of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export { freePort } from "./free-port.ts";

/** The repository's folder. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A running program, with what it has printed so far. */
export class Running implements AsyncDisposable {
  readonly child: ChildProcess;
  output = "";
  #waiting: (() => void)[] = [];

  constructor(child: ChildProcess) {
    this.child = child;
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
        for (const wake of this.#waiting.splice(0)) wake();
      });
    }
    this.child.on("exit", () => {
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Resolves when the output matches; rejects when the program ends first. */
  async printed(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.output)) {
      if (this.ended) throw new Error(`The program ended before it printed ${pattern}:\n${this.output}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves with the exit code (null when a signal ended it). */
  async exit(): Promise<number | null> {
    if (!this.ended) await once(this.child, "exit");
    return this.child.exitCode;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    if (this.ended) return;
    this.child.kill(signal);
    await this.exit();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill("SIGKILL");
  }
}

/** A running `navarch ...`. */
export class Program extends Running {
  /** `through`: a program, with its arguments, that becomes ours (`nsenter ...`). */
  constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    through: readonly string[] = [],
  ) {
    const [program = "", ...rest] = [...through, `${root}/bin/navarch`, ...args];
    super(
      spawn(program, rest, {
        cwd: root,
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, ...env },
      }),
    );
  }
}

/** Runs a command to its end. */
export async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code: code ?? 1, stdout, stderr };
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
