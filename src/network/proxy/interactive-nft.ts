/**
 * The kernel's tables by the program `nft`: one kept open for changes (a transaction is a line, and costs half a
 * millisecond), one of its own for long transactions.
 *
 * The open one says nothing when a line went well. So each is followed by a line with a word that is no command: when
 * its complaint about that word comes, the transaction is through, and what came before are the transaction's errors.
 */
import { assert, type ChildProcess, type Command, type Env, isAbort, type Processes, runToEnd } from "#base";
import { ProxyError } from "./errors.ts";
import { maxInteractiveBytes, maxRefusalChars, transactionTimeoutMs } from "./limits.ts";
import type { NftSink } from "./nft-sink.ts";

/** How to start nft. */
export interface InteractiveNftOptions {
  /** The program and what comes before its own arguments. Default `nft`. */
  readonly command?: Pick<Command, "program" | "arguments" | "environment">;
}

/** A running `nft -i`. */
interface Session {
  readonly child: ChildProcess;
  /** What it has complained of since the last transaction, and who waits for more. */
  complaints: string;
  told: () => void;
  ended: boolean;
}

/** Starts nft at the first transaction, and again when it ended. */
export class InteractiveNft implements NftSink, AsyncDisposable {
  readonly #env: Env;
  readonly #processes: Processes;
  readonly #command: Command;
  #session: Session | undefined;
  #busy = false;
  #count = 0;

  constructor(env: Env, deps: { readonly processes: Processes }, options: InteractiveNftOptions = {}) {
    this.#env = env;
    this.#processes = deps.processes;
    this.#command = options.command ?? {
      program: "nft",
      arguments: [],
      environment: { PATH: "/usr/sbin:/sbin:/usr/bin:/bin" },
    };
  }

  async apply(commands: readonly string[], signal: AbortSignal): Promise<void> {
    if (commands.length === 0) return;
    assert(!this.#busy, "Transactions are applied one at a time");
    this.#busy = true;
    try {
      const line = commands.join("; ");
      if (line.length > maxInteractiveBytes) await this.#applyAlone(commands, signal);
      else await this.#applyLine(line, signal);
    } finally {
      this.#busy = false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    session?.child.closeInput();
    await session?.child.exited;
  }

  async #applyAlone(commands: readonly string[], signal: AbortSignal): Promise<void> {
    const { program, environment } = this.#command;
    const command = {
      program,
      arguments: [...this.#command.arguments, "-f", "-"],
      ...(environment === undefined ? {} : { environment }),
    };
    const options = { input: Buffer.from(`${commands.join("\n")}\n`), maxOutputBytes: maxRefusalChars };
    const late = new AbortController();
    const timer = this.#env.clock.timer(transactionTimeoutMs, () => late.abort());
    const stop = AbortSignal.any([signal, late.signal]);
    const { exit, errorOutput } = await runToEnd(this.#processes, command, options, stop)
      .catch((cause: unknown) => {
        signal.throwIfAborted();
        throw new ProxyError("broken", "Cannot hand the whole table to nft", { cause });
      })
      .finally(() => timer.cancel());
    if ("signal" in exit) throw new ProxyError("broken", `nft was ended by ${exit.signal}`);
    if (exit.code !== 0) throw refusal(Buffer.from(errorOutput).toString());
  }

  async #applyLine(line: string, signal: AbortSignal): Promise<void> {
    const session = this.#session ?? (await this.#open(signal));
    this.#count += 1;
    const marker = `done${this.#count}`;
    session.complaints = "";
    try {
      await session.child.write(Buffer.from(`${line}\n${marker}\n`));
      const complaints = await this.#until(session, marker, signal);
      if (complaints.includes("Error:")) throw refusal(complaints);
    } catch (error) {
      if (error instanceof ProxyError && error.code === "refused") throw error;
      this.#close(session);
      if (isAbort(error) || error instanceof ProxyError) throw error;
      throw new ProxyError("broken", "Cannot hand a transaction to nft", { cause: error });
    }
  }

  /** What the program complained of before it complained of the marker. */
  async #until(session: Session, marker: string, signal: AbortSignal): Promise<string> {
    const timeout = new ProxyError("broken", `nft has not answered in ${transactionTimeoutMs} ms`);
    let late = false;
    const timer = this.#env.clock.timer(transactionTimeoutMs, () => {
      late = true;
      session.told();
    });
    const abort = () => session.told();
    signal.addEventListener("abort", abort, { once: true });
    try {
      for (;;) {
        const at = session.complaints.indexOf(`\n${marker}\n`);
        if (at >= 0) return session.complaints.slice(0, session.complaints.lastIndexOf("Error:", at));
        signal.throwIfAborted();
        if (late) throw timeout;
        if (session.ended) throw new ProxyError("broken", `nft has ended: ${session.complaints}`);
        const { promise, resolve } = Promise.withResolvers<void>();
        session.told = resolve;
        await promise;
      }
    } finally {
      timer.cancel();
      signal.removeEventListener("abort", abort);
    }
  }

  async #open(signal: AbortSignal): Promise<Session> {
    const { program, environment } = this.#command;
    const command = {
      program,
      arguments: [...this.#command.arguments, "-i"],
      ...(environment === undefined ? {} : { environment }),
    };
    signal.throwIfAborted();
    // The session outlives the call that opens it; dispose ends it.
    const child = await this.#processes.spawn(command, new AbortController().signal);
    const session: Session = { child, complaints: "", told: () => {}, ended: false };
    this.#session = session;
    this.#env.tasks.spawn("nft output", async () => {
      for await (const _ of child.output); // Prompts, if any.
    });
    this.#env.tasks.spawn("nft complaints", async () => {
      for await (const chunk of child.errorOutput) {
        session.complaints = (session.complaints + Buffer.from(chunk).toString()).slice(
          -2 * maxInteractiveBytes,
        );
        session.told();
      }
      session.ended = true;
      if (this.#session === session) this.#session = undefined;
      session.told();
    });
    return session;
  }

  #close(session: Session): void {
    if (this.#session === session) this.#session = undefined;
    session.child.kill("SIGKILL");
    this.#env.log.warn("The open nft is given up", {
      complaints: session.complaints.slice(0, maxRefusalChars),
    });
  }
}

function refusal(complaints: string): ProxyError {
  return new ProxyError(
    "refused",
    `nft refused a transaction: ${essence(complaints).slice(0, maxRefusalChars)}`,
  );
}

/**
 * nft says what is wrong, repeats the whole line, and marks the place below it. This keeps of each line the command that is
 * marked: `Could not process rule: No such file or directory: flush chain ip navarch-proxy nowhere`.
 */
function essence(complaints: string): string {
  const lines = complaints.split("\n");
  const told = lines.flatMap((line, i) => {
    const what = /Error: (.*)/.exec(line)?.[1];
    if (what === undefined) return [];
    const place = (lines[i + 2] ?? "").search(/\S/);
    const before = (lines[i + 1] ?? "").slice(0, place).split("; ");
    const command = (lines[i + 1] ?? "").split("; ")[before.length - 1] ?? "";
    return [command === "" ? what : `${what}: ${command}`];
  });
  return told.join("; ");
}
