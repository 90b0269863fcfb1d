/** `echo.ts` and `ask.ts` in network namespaces: who answers, and who asks. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { NetworkNamespace } from "./network-namespace.ts";

/** How to ask beside the address. */
export interface Question {
  /** Default 80. */
  readonly port?: number;
  /** Default 1. */
  readonly count?: number;
  /** Default `tcp`. */
  readonly protocol?: "tcp" | "udp";
  /** The address to ask from. Default: the kernel's choice. */
  readonly source?: string;
}

/** Asks from one namespace, one question at a time. */
export class Asker implements Disposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(namespace: NetworkNamespace) {
    this.#child = start(namespace, "ask");
    if (this.#child.stdout === null) throw new TypeError("no output");
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Answers to so many connections or datagrams: `a 10.244.0.3`, or an error's code. */
  async ask(address: string, question: Question = {}): Promise<readonly string[]> {
    const { port = 80, count = 1, protocol = "tcp", source } = question;
    this.#child.stdin?.write(`${JSON.stringify([address, port, count, protocol, source])}\n`);
    const { value } = (await this.#lines.next()) as { readonly value: string };
    return JSON.parse(value) as readonly string[];
  }

  [Symbol.dispose](): void {
    this.#child.kill("SIGKILL");
  }
}

/** Answers in the namespace at port 8080 with `name`; resolves when it does. */
export async function echo(namespace: NetworkNamespace, name: string): Promise<Disposable> {
  const child = start(namespace, "echo", "8080", name);
  if (child.stdout !== null) await once(child.stdout, "data");
  return { [Symbol.dispose]: () => void child.kill("SIGKILL") };
}

function start(namespace: NetworkNamespace, program: string, ...args: readonly string[]): ChildProcess {
  const file = fileURLToPath(new URL(`${program}.ts`, import.meta.url));
  const { program: first, arguments: rest, environment } = namespace.command(process.execPath);
  return spawn(first, [...rest, file, ...args], { env: environment, stdio: ["pipe", "pipe", "inherit"] });
}
