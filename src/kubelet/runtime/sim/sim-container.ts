/** One simulated container: its configuration, its process and how it ended. States only move forward. */
import type { Clock } from "#base";
import type { ContainerConfig } from "../config.ts";
import { RuntimeError } from "../errors.ts";
import { terminationMessagePathAnnotation, terminationMessagePolicyAnnotation } from "../labels.ts";
import { maxTerminationMessageBytes } from "../../limits.ts";
import type { ContainerState, ContainerStatus, ContainerSummary, ExecResult, Image } from "../runtime.ts";
import { canStart, type ProcessEnd, SimProcess } from "./process.ts";

/** Lines of output kept per container; enough to look at, and bounded. */
const maxLogLines = 100;

export class SimContainer {
  readonly id: string;
  readonly sandboxId: string;
  readonly config: ContainerConfig;
  readonly createdAtMs: number;
  /** Files that its programs made. */
  readonly files = new Map<string, string>();
  readonly log: string[] = [];
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
  #main: SimProcess | undefined;

  constructor(
    clock: Clock,
    names: {
      readonly id: string;
      readonly sandboxId: string;
      readonly entrypoint: readonly string[];
      readonly image: Image;
    },
    config: ContainerConfig,
    onStop: (container: SimContainer) => void,
  ) {
    this.#clock = clock;
    this.id = names.id;
    this.sandboxId = names.sandboxId;
    this.config = config;
    this.createdAtMs = clock.now();
    this.#image = names.image.repoTags[0] ?? config.image;
    this.#imageRef = names.image.repoDigests[0] ?? names.image.id;
    const program =
      config.command.length > 0 ? config.command : config.args.length > 0 ? [] : names.entrypoint;
    this.#command = program.length > 0 ? [...program, ...config.args] : [...names.entrypoint, ...config.args];
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
    this.#main = new SimProcess(
      this.#world((line) => this.#print(line)),
      (end) => this.#onEnd(end),
    );
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
    const lines: string[] = [];
    const { promise, resolve } = Promise.withResolvers<ExecResult | undefined>();
    const program = new SimProcess(
      this.#world((line) => lines.push(`${line}\n`)),
      (end) => resolve({ stdout: lines.join(""), stderr: "", exitCode: end.code }),
    );
    const stop = (): void => {
      resolve(undefined);
      program.signal("SIGKILL");
    };
    const timer = timeoutMs > 0 ? this.#clock.timer(timeoutMs, stop) : undefined;
    signal.addEventListener("abort", stop, { once: true });
    void this.ended.then(stop);
    program.start(command);
    // A program that the language does not know answers at once and well.
    if (program.listening) program.signal("SIGTERM");
    const result = await promise;
    timer?.cancel();
    signal.removeEventListener("abort", stop);
    return result;
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
    const written = this.files.get(annotations[terminationMessagePathAnnotation] ?? "") ?? "";
    const fallsBack = annotations[terminationMessagePolicyAnnotation] === "FallbackToLogsOnError";
    const text = written === "" && fallsBack && this.exitCode !== 0 ? this.log.join("\n") : written;
    return text.slice(-maxTerminationMessageBytes);
  }

  #world(print: (line: string) => void): ConstructorParameters<typeof SimProcess>[0] {
    const variables = new Map(this.config.env.map(({ name, value }) => [name, value]));
    return { clock: this.#clock, files: this.files, variables, print };
  }

  #print(line: string): void {
    this.log.push(line);
    if (this.log.length > maxLogLines) this.log.shift();
  }

  #onEnd(end: ProcessEnd): void {
    this.reason = end.outOfMemory ? "OOMKilled" : end.code === 0 ? "Completed" : "Error";
    this.#stop(end.code);
  }

  #stop(exitCode: number): void {
    this.state = "CONTAINER_EXITED";
    this.exitCode = exitCode;
    if (this.reason === "") this.reason = exitCode === 0 ? "Completed" : "Error";
    if (this.message === "") this.message = this.#lastWords();
    this.finishedAtMs = this.#clock.now();
    this.#ended.resolve();
    this.#onStop(this);
  }
}
