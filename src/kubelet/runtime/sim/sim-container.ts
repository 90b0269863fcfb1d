/** One simulated container: its configuration, its process and how it ended. States only move forward. */
import type { Clock } from "#base";
import { type ByteChannel, BytePipe, type CommandIo, type CommandShape } from "#base/streams";
import type { ContainerConfig, LinuxResources } from "../config.ts";
import { RuntimeError } from "../errors.ts";
import { terminationMessagePathAnnotation, terminationMessagePolicyAnnotation } from "../labels.ts";
import { maxTerminationMessageBytes } from "../../limits.ts";
import type { ContainerState, ContainerStatus, ContainerSummary, ExecResult, Image } from "../runtime.ts";
import type { ImageProgram } from "./images.ts";
import { canStart, SimProcess } from "./process.ts";
import type { ProcessEnd, ProcessWorld } from "./process-world.ts";
import { SimTerminal } from "./sim-io.ts";
import { SimLog } from "./sim-log.ts";

/** What `execSync` keeps of a command's output; upstream's bound of a probe's. */
const maxExecBytes = 16 * 1024 * 1024;

export class SimContainer {
  /** As they were changed last. */
  resources: LinuxResources | undefined;
  readonly id: string;
  readonly sandboxId: string;
  readonly config: ContainerConfig;
  readonly createdAtMs: number;
  /** Files that its programs made. */
  readonly files = new Map<string, Uint8Array>();
  readonly log: SimLog;
  state: ContainerState = "CONTAINER_CREATED";
  startedAtMs = 0;
  finishedAtMs = 0;
  exitCode = 0;
  reason = "";
  message = "";
  readonly #clock: Clock;
  readonly #image: string;
  readonly #imageRef: string;
  readonly #command: readonly string[];
  readonly #onStop: (container: SimContainer) => void;
  readonly #ended = Promise.withResolvers<void>();
  readonly #hostname: string;
  readonly #stdin: BytePipe | undefined;
  /** Clients that are attached now. */
  readonly #attached = new Set<CommandIo>();
  #main: SimProcess | undefined;

  constructor(
    clock: Clock,
    names: {
      readonly id: string;
      readonly sandboxId: string;
      readonly program: ImageProgram;
      readonly image: Image;
      readonly hostname: string;
    },
    config: ContainerConfig,
    onStop: (container: SimContainer) => void,
  ) {
    this.#clock = clock;
    this.id = names.id;
    this.sandboxId = names.sandboxId;
    this.config = config;
    this.createdAtMs = clock.now();
    this.log = new SimLog(() => clock.now());
    this.#hostname = names.hostname;
    this.#stdin = config.stdin ? new BytePipe() : undefined;
    this.#image = names.image.repoTags[0] ?? config.image;
    this.#imageRef = names.image.repoDigests[0] ?? names.image.id;
    const { command, args } = config;
    const { entrypoint, arguments: defaults } = names.program;
    this.#command =
      command.length > 0 ? [...command, ...args] : [...entrypoint, ...(args.length > 0 ? args : defaults)];
    this.#onStop = onStop;
  }

  /** Resolves when it has ended. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** True while a server runs in it. */
  get listening(): boolean {
    return this.#main?.listening ?? false;
  }

  start(): void {
    if (this.state !== "CONTAINER_CREATED") {
      throw new RuntimeError(
        "failed-precondition",
        `Cannot start container "${this.id}": it is in state ${this.state}`,
      );
    }
    this.startedAtMs = this.#clock.now();
    if (!canStart(this.#command)) {
      const detail = `exec: "${this.#command[0]}": stat ${this.#command[0]}: no such file or directory`;
      const failed = "failed to create containerd task: failed to create shim task";
      const why = `unable to start container process: ${detail}: unknown`;
      this.message = `${failed}: OCI runtime create failed: runc create failed: ${why}`;
      this.reason = "StartError";
      this.startedAtMs = 0;
      this.#stop(128);
      throw new RuntimeError("failed", this.message);
    }
    this.state = "CONTAINER_RUNNING";
    const streams = {
      ...(this.#stdin === undefined ? {} : { stdin: this.#stdin }),
      stdout: (bytes: Uint8Array) => this.#print("stdout", bytes),
      stderr: (bytes: Uint8Array) => this.#print(this.config.tty ? "stdout" : "stderr", bytes),
    };
    this.#main = new SimProcess(this.#world(streams), (end) => this.#onEnd(end));
    this.#main.start(this.#command);
  }

  /** SIGKILL works in every state but after the end; other signals only reach a running process. */
  signal(name: string): void {
    if (this.state === "CONTAINER_EXITED") return;
    if (this.#main !== undefined) this.#main.signal(name);
    else if (name === "SIGKILL") this.#stop(137);
  }

  /**
   * Runs a command beside the main process, on the same files; `undefined` when `timeoutMs` (0: none) is
   * over first.
   */
  async exec(
    command: readonly string[],
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<ExecResult | undefined> {
    if (this.state !== "CONTAINER_RUNNING") {
      throw new RuntimeError(
        "failed-precondition",
        `Cannot exec in container "${this.id}": it is in state ${this.state}`,
      );
    }
    if (!canStart(command))
      return { stdout: "", stderr: `exec: "${command[0]}": no such file or directory`, exitCode: 126 };
    const [stdout, stderr] = [new Collector(), new Collector()];
    const over = new AbortController();
    const timer = timeoutMs > 0 ? this.#clock.timer(timeoutMs, () => over.abort()) : undefined;
    const exitCode = await this.#runBeside(
      command,
      { stdout, stderr },
      AbortSignal.any([signal, over.signal]),
    );
    timer?.cancel();
    if (exitCode === undefined) return undefined;
    return { stdout: stdout.text, stderr: stderr.text, exitCode };
  }

  /** The same with streams; resolves with 137 when it was cut short. */
  async run(
    command: readonly string[],
    shape: CommandShape,
    io: CommandIo,
    signal: AbortSignal,
  ): Promise<number> {
    if (this.state !== "CONTAINER_RUNNING") {
      const what = `Cannot exec in container "${this.id}"`;
      throw new RuntimeError("failed-precondition", `${what}: it is in state ${this.state}`);
    }
    if (!canStart(command)) {
      const detail = `exec: "${command[0]}": stat ${command[0]}: no such file or directory`;
      const why = `exec failed: unable to start container process: ${detail}: unknown`;
      throw new RuntimeError("failed", `failed to exec in container: OCI runtime exec failed: ${why}`);
    }
    return (await this.#runBeside(command, io, signal, shape.tty)) ?? 137;
  }

  /** Joins the main program; resolves with its exit code, or when the client has gone. */
  async attach(io: CommandIo, signal: AbortSignal): Promise<number> {
    if (this.state !== "CONTAINER_RUNNING") {
      const what = `Cannot attach to container "${this.id}"`;
      throw new RuntimeError("failed-precondition", `${what}: it is in state ${this.state}`);
    }
    this.#attached.add(io);
    const left = Promise.withResolvers<void>();
    const leave = (): void => left.resolve();
    signal.addEventListener("abort", leave, { once: true });
    if (io.stdin !== undefined) void this.#feed(io.stdin);
    await Promise.race([this.ended, left.promise]);
    signal.removeEventListener("abort", leave);
    this.#attached.delete(io);
    return this.exitCode;
  }

  /** Takes a connection to a port; undefined when nothing listens there. */
  accept(port: number, connection: ByteChannel): Promise<void> | undefined {
    return this.#main?.accept(port, connection);
  }

  async #feed(input: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of input) await this.#stdin?.write(chunk);
    } catch {
      // The client broke off, or the program reads no more: neither is the container's end.
    }
    if (this.config.stdinOnce) this.#stdin?.end();
  }

  /** Undefined when it was cut short by the signal or the container's end. */
  async #runBeside(
    command: readonly string[],
    io: CommandIo,
    signal: AbortSignal,
    tty = false,
  ): Promise<number | undefined> {
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    const terminal = tty ? new SimTerminal(io.stdout, () => program.signal("SIGKILL")) : undefined;
    const stdin = io.stdin === undefined ? undefined : (terminal?.input(io.stdin) ?? io.stdin);
    const streams = {
      ...(stdin === undefined ? {} : { stdin }),
      ...(terminal === undefined ? {} : { terminal }),
      stdout: async (bytes: Uint8Array) => (terminal ?? io.stdout)?.write(bytes),
      stderr: async (bytes: Uint8Array) => (terminal ?? io.stderr)?.write(bytes),
    };
    const program = new SimProcess(this.#world(streams), (end) => resolve(end.code));
    if (terminal !== undefined && io.resizes !== undefined) await follow(terminal, io.resizes);
    const stop = (): void => {
      resolve(undefined);
      program.signal("SIGKILL");
    };
    signal.addEventListener("abort", stop, { once: true });
    void this.ended.then(stop);
    program.start(command);
    // A program that the language does not know answers at once and well, so that probes pass, and says so.
    if (program.listening) {
      await streams.stderr(Buffer.from(`${command[0]}: not run, since this node is virtual\n`));
      program.signal("SIGTERM");
    }
    const code = await promise;
    signal.removeEventListener("abort", stop);
    return code;
  }

  summary(): ContainerSummary {
    const { name, attempt, labels, annotations } = this.config;
    const { id, sandboxId: podSandboxId, state, createdAtMs } = this;
    const names = { image: this.#image, imageRef: this.#imageRef };
    return { id, podSandboxId, name, attempt, state, createdAtMs, ...names, labels, annotations };
  }

  status(): ContainerStatus {
    const { startedAtMs, finishedAtMs, exitCode, reason, message } = this;
    return {
      ...this.summary(),
      startedAtMs,
      finishedAtMs,
      exitCode,
      reason,
      message,
      logPath: this.config.logPath,
    };
  }

  #lastWords(): string {
    const { annotations } = this.config;
    const file = this.files.get(annotations[terminationMessagePathAnnotation] ?? "") ?? "";
    const written = Buffer.from(file).toString();
    const fallsBack = annotations[terminationMessagePolicyAnnotation] === "FallbackToLogsOnError";
    const text = written === "" && fallsBack && this.exitCode !== 0 ? this.log.text : written;
    return text.slice(-maxTerminationMessageBytes);
  }

  #world(
    streams: Pick<ProcessWorld, "stdin" | "stdout" | "stderr" | "terminal">,
  ): ConstructorParameters<typeof SimProcess>[0] {
    const variables = new Map(this.config.env.map(({ name, value }) => [name, value]));
    const hostname = this.#hostname;
    return { clock: this.#clock, files: this.files, variables, hostname, ...streams };
  }

  async #print(stream: "stdout" | "stderr", bytes: Uint8Array): Promise<void> {
    this.log.write(stream, bytes);
    for (const io of this.#attached) {
      // A client that went away misses the rest, and the program does not care.
      await io[stream]?.write(bytes).catch(() => this.#attached.delete(io));
    }
  }

  #onEnd(end: ProcessEnd): void {
    this.reason = end.outOfMemory ? "OOMKilled" : end.code === 0 ? "Completed" : "Error";
    this.#stop(end.code);
  }

  #stop(exitCode: number): void {
    this.state = "CONTAINER_EXITED";
    this.exitCode = exitCode;
    this.#stdin?.destroy();
    if (this.reason === "") this.reason = exitCode === 0 ? "Completed" : "Error";
    if (this.message === "") this.message = this.#lastWords();
    this.finishedAtMs = this.#clock.now();
    this.log.close();
    this.#ended.resolve();
    this.#onStop(this);
  }
}

/** The first size is known before the program starts, when the client sends one at once. */
async function follow(terminal: SimTerminal, resizes: NonNullable<CommandIo["resizes"]>): Promise<void> {
  const sizes = resizes[Symbol.asyncIterator]();
  const first = await sizes.next();
  if (first.done === true) return;
  terminal.size = first.value;
  void (async () => {
    for (let next = await sizes.next(); next.done !== true; next = await sizes.next())
      terminal.size = next.value;
  })();
}

/** Keeps what is written, up to its bound. */
class Collector {
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  get text(): string {
    return Buffer.concat(this.#chunks).toString();
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#size < maxExecBytes) this.#chunks.push(bytes);
    this.#size += bytes.length;
  }

  end(): void {}
}
