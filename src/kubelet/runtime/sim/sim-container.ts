/** One simulated container: its configuration, its process and how it ended. States only move forward. */
import type { Clock } from "#base";
import { type ByteChannel, BytePipe, type CommandIo, type CommandShape } from "#base/streams";
import { type ContainerConfig, type LinuxResources, recursiveOf } from "../config.ts";
import { RuntimeError } from "../errors.ts";
import { terminationMessagePathAnnotation, terminationMessagePolicyAnnotation } from "../labels.ts";
import { maxTerminationMessageBytes } from "../../limits.ts";
import type {
  ContainerState,
  ContainerStats,
  ContainerStatus,
  ContainerSummary,
  ExecResult,
  Image,
} from "../runtime.ts";
import type { ImageProgram } from "./images.ts";
import { canStart, SimProcess } from "./process.ts";
import type { ProcessEnd, ProcessWorld } from "./process-world.ts";
import { Collector, type CommandPlace, type ProcessStreams, runCommand } from "./sim-command.ts";
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
  /** What its programs find and make, by path. */
  readonly files: Map<string, Uint8Array>;
  readonly log: SimLog;
  state: ContainerState = "CONTAINER_CREATED";
  startedAtMs = 0;
  finishedAtMs = 0;
  exitCode = 0;
  reason = "";
  message = "";
  readonly #clock: Clock;
  /** On the monotonic clock. */
  #startedMs = 0;
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
      readonly files: Map<string, Uint8Array>;
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
    this.files = names.files;
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

  /** Resolves when it has ended, or the time is over. */
  async endedWithin(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    void this.ended.then(() => over.abort());
    await this.#clock.sleep(timeoutMs, either).catch(() => signal.throwIfAborted());
  }

  start(): void {
    this.#demand("CONTAINER_CREATED", "start");
    this.startedAtMs = this.#clock.now();
    this.#startedMs = this.#clock.monotonic();
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
    this.#demand("CONTAINER_RUNNING", "exec in");
    if (!canStart(command))
      return { stdout: "", stderr: `exec: "${command[0]}": no such file or directory`, exitCode: 126 };
    const [stdout, stderr] = [new Collector(maxExecBytes), new Collector(maxExecBytes)];
    const over = new AbortController();
    const timer = timeoutMs > 0 ? this.#clock.timer(timeoutMs, () => over.abort()) : undefined;
    const either = AbortSignal.any([signal, over.signal]);
    const exitCode = await runCommand(this.#place, command, { stdout, stderr }, either);
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
    this.#demand("CONTAINER_RUNNING", "exec in");
    if (!canStart(command)) {
      const detail = `exec: "${command[0]}": stat ${command[0]}: no such file or directory`;
      const why = `exec failed: unable to start container process: ${detail}: unknown`;
      throw new RuntimeError("failed", `failed to exec in container: OCI runtime exec failed: ${why}`);
    }
    return (await runCommand(this.#place, command, io, signal, shape.tty)) ?? 137;
  }

  /** Joins the main program; resolves with its exit code, or when the client has gone. */
  async attach(io: CommandIo, signal: AbortSignal): Promise<number> {
    this.#demand("CONTAINER_RUNNING", "attach to");
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

  /** Throws `failed-precondition`. */
  #demand(state: ContainerState, verb: string): void {
    if (this.state === state) return;
    const what = `Cannot ${verb} container "${this.id}"`;
    throw new RuntimeError("failed-precondition", `${what}: it is in state ${this.state}`);
  }

  async #feed(input: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of input) await this.#stdin?.write(chunk);
    } catch {
      // The client broke off, or the program reads no more: neither is the container's end.
    }
    if (this.config.stdinOnce) this.#stdin?.end();
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
      recursiveReadOnly: recursiveOf(this.config.mounts),
    };
  }

  /** A twin of a hundredth of a core and 10 MiB. */
  stats(): ContainerStats {
    const { name, attempt, labels } = this.config;
    const atMs = this.#clock.now();
    return {
      id: this.id,
      name,
      attempt,
      labels,
      atMs,
      cpuUsageNanoseconds: Math.floor((this.#clock.monotonic() - this.#startedMs) * 10_000),
      memoryWorkingSetBytes: 10 * 1024 * 1024,
      writableLayerUsedBytes: 4096,
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

  get #place(): CommandPlace {
    return { ended: this.ended, world: (streams) => this.#world(streams) };
  }

  #world(streams: ProcessStreams): ProcessWorld {
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
