/**
 * A containerd of our own: configured, started in a session of its own, started again when it ends, adopted
 * when it runs already. Containers belong to their shims and outlive it. What it keeps is in one
 * directory, so it never meets the system's.
 *
 *   start --(answers with our configuration)--> adopted --(its events end)--> start again
 *         --(else)---------------------------> own child --(exits)----------> start again
 */
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type ChildProcess,
  type Command,
  type Component,
  type Env,
  messageOf,
  type Processes,
  type TaskGroup,
} from "#base";
import { RpcClient } from "#base/rpc";
import { CriImages } from "../cri/cri-images.ts";
import { runtimeMethods } from "../cri/methods.ts";
import { refuseChroot } from "./chroot-node.ts";
import { containerdConfig, type ContainerdPaths, containerdPaths } from "./containerd-config.ts";
import { lifeEvents } from "./containerd-events.ts";
import { ContainerdError } from "./errors.ts";
import { maxLogBytes, restartBackOff, startPollMs, startTimeoutMs, stopTimeoutMs } from "./limits.ts";
import { loadImages } from "./image-load.ts";
import { ociArchive, ociImage } from "./oci-image.ts";
import { pauseProgram } from "./pause.ts";

export interface ContainerdOptions {
  /** Holds everything it has; short, since it holds a socket. */
  readonly directory: string;
  /** Where the CNI plug-ins are. */
  readonly cniPrograms: string;
  /** Programs that run containers, by the names of handlers; the first is the default. */
  readonly handlers: ReadonlyMap<string, string>;
  /** PATH of the programs. */
  readonly searchPath: string;
  /** Of the running kernel: a state directory of another boot is swept. */
  readonly bootId: string;
  /** `amd64`. */
  readonly architecture: string;
}

export const sandboxImage = "navarch.local/pause:1";

/** What is watched for its end. */
interface Running {
  readonly ended: (signal: AbortSignal) => Promise<void>;
  readonly pid: number;
}

/** `start` resolves when CRI answers and the sandbox image is there; dispose ends it, and containers run on. */
export class Containerd implements Component {
  readonly paths: ContainerdPaths;
  /** Good for all of containerd's services, through its restarts. */
  readonly rpc: RpcClient;
  readonly #env: Env;
  readonly #processes: Processes;
  readonly #options: ContainerdOptions;
  readonly #tasks: TaskGroup;
  #running: Running | undefined;

  constructor(env: Env, deps: { readonly processes: Processes }, options: ContainerdOptions) {
    this.#env = env;
    this.#processes = deps.processes;
    this.#options = options;
    this.#tasks = env.tasks.group("containerd");
    this.paths = containerdPaths(options.directory);
    this.rpc = new RpcClient(`unix:${this.paths.socket}`);
  }

  ready(): string | undefined {
    return this.#running === undefined ? "containerd does not run" : undefined;
  }

  async start(signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.#tasks.signal]);
    const [changed] = await Promise.all([
      this.#configure(),
      refuseChroot(this.#processes, this.#options, either),
    ]);
    const pid = await this.#knownPid();
    if (pid !== undefined && changed) await this.#end(pid);
    if (pid !== undefined && !changed) await this.#adopt(pid, either);
    if (this.#running === undefined) await this.#launch(either);
    await this.#loadSandboxImage(either);
    this.#tasks.spawn("supervise", (ending) => this.#supervise(ending));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tasks[Symbol.asyncDispose]();
    const running = this.#running;
    this.#running = undefined;
    if (running !== undefined) await this.#end(running.pid);
    this.rpc[Symbol.dispose]();
  }

  /** Writes the configuration; true when it was another. */
  async #configure(): Promise<boolean> {
    const { paths } = this;
    const { cniPrograms, handlers, bootId } = this.#options;
    await mkdir(paths.cniConfig, { recursive: true });
    await mkdir(paths.registries, { recursive: true });
    const bootFile = join(paths.directory, "boot-id");
    if ((await textOf(bootFile)) !== bootId) {
      await rm(paths.state, { recursive: true, force: true });
      await writeFile(bootFile, bootId);
    }
    const config = containerdConfig(paths, { sandboxImage, cniPrograms, handlers });
    if ((await textOf(paths.config)) === config) return false;
    await writeFile(paths.config, config);
    return true;
  }

  /** Of a containerd that runs with our configuration file, whoever started it. */
  async #knownPid(): Promise<number | undefined> {
    const pid = Number(await textOf(this.paths.pid));
    return pid > 0 && (await this.#isOurs(pid)) ? pid : undefined;
  }

  async #isOurs(pid: number): Promise<boolean> {
    return ((await textOf(`/proc/${pid}/cmdline`)) ?? "").split("\0").includes(this.paths.config);
  }

  async #adopt(pid: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#untilReady(Promise.withResolvers<never>().promise, signal);
    } catch (error) {
      signal.throwIfAborted();
      this.#env.log.warn("A containerd that runs does not answer: it is started anew", {
        error: messageOf(error),
      });
      return this.#end(pid);
    }
    const ended = async (ending: AbortSignal): Promise<void> => {
      // Its event stream lasts as long as it does.
      for await (const _ of lifeEvents(this.rpc, ending));
    };
    this.#running = { pid, ended: (ending) => ended(ending).catch(() => {}) };
  }

  async #launch(signal: AbortSignal): Promise<void> {
    const { log, config, pid } = this.paths;
    const size = await stat(log).then(
      (one) => one.size,
      () => 0,
    );
    if (size > maxLogBytes) await rm(log, { force: true });
    // The log is a file, so that containerd can outlive us.
    const script = 'exec "$@" >>"$LOG" 2>&1 </dev/null';
    const args = ["-c", script, "sh", "containerd", "--config", config, "--log-level", "warn"];
    // It outlives its starter: only `#end` ends it.
    const child = await this.#processes.spawn(
      this.#command("sh", args, { LOG: log }),
      new AbortController().signal,
    );
    try {
      await writeFile(pid, String(child.id));
      await this.#untilReady(exitOf(child), signal);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
    const ended = (ending: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        ending.addEventListener("abort", () => resolve(), { once: true });
        void child.exited.then(() => resolve());
      });
    this.#running = { pid: child.id, ended };
  }

  /** Resolves when CRI answers; rejects when `exited` does, or the time is up. */
  async #untilReady(exited: Promise<never>, signal: AbortSignal): Promise<void> {
    const { clock } = this.#env;
    const until = clock.monotonic() + startTimeoutMs;
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const answering = async (): Promise<void> => {
      for (;;) {
        try {
          await this.rpc.call(runtimeMethods.version, {}, 2_000, either);
          return;
        } catch (error) {
          either.throwIfAborted();
          if (clock.monotonic() > until) throw await this.#failure("does not answer", error);
        }
        await clock.sleep(startPollMs, either);
      }
    };
    try {
      await Promise.race([
        answering(),
        exited.catch(async (error) => Promise.reject(await this.#failure("ended", error))),
      ]);
    } finally {
      over.abort();
    }
  }

  async #failure(what: string, cause: unknown): Promise<ContainerdError> {
    const log = ((await textOf(this.paths.log)) ?? "").trim().split("\n").slice(-3).join("\n");
    return new ContainerdError("failed", `containerd ${what}: ${messageOf(cause)}: ${log}`);
  }

  async #supervise(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#env;
    let failures = 0;
    while (!signal.aborted) {
      const began = clock.monotonic();
      await this.#running?.ended(signal);
      if (signal.aborted) return;
      this.#running = undefined;
      if (clock.monotonic() - began > restartBackOff.forgetMs) failures = 0;
      const waitMs = Math.min(restartBackOff.maxMs, restartBackOff.firstMs * 2 ** failures);
      failures += 1;
      log.warn("containerd ended: it is started again, and pods go on", { waitMs });
      await clock.sleep(waitMs, signal);
      try {
        await this.#launch(signal);
      } catch (error) {
        if (!signal.aborted) log.error("Cannot start containerd again", { error: messageOf(error) });
      }
    }
  }

  /** Ends a containerd; resolves when it is gone. */
  async #end(pid: number): Promise<void> {
    const { clock } = this.#env;
    const until = clock.monotonic() + stopTimeoutMs;
    send(pid, "SIGTERM");
    while (await this.#isOurs(pid)) {
      if (clock.monotonic() > until) send(pid, "SIGKILL");
      await clock.sleep(startPollMs);
    }
    await rm(this.paths.pid, { force: true });
  }

  async #loadSandboxImage(signal: AbortSignal): Promise<void> {
    if ((await new CriImages({ rpc: this.rpc }).imageStatus(sandboxImage, signal)) !== undefined) return;
    const { architecture } = this.#options;
    const program = pauseProgram(architecture);
    if (program === undefined)
      throw new ContainerdError("missing", `There is no sandbox program for ${architecture} machines`);
    const files = [{ path: "pause", content: program }];
    const input = { name: sandboxImage, architecture, files, entrypoint: ["/pause"] };
    const archive = join(this.paths.directory, "pause.tar");
    await writeFile(archive, ociArchive([ociImage(this.#env.crypto, input)]));
    const deps = { processes: this.#processes, rpc: this.rpc };
    const { searchPath } = this.#options;
    await loadImages(this.#env, deps, { socket: this.paths.socket, searchPath, file: archive }, signal);
    await rm(archive);
  }

  #command(program: string, args: readonly string[], more: Record<string, string> = {}): Command {
    return { program, arguments: args, environment: { PATH: this.#options.searchPath, ...more } };
  }
}

async function exitOf(child: ChildProcess): Promise<never> {
  throw new ContainerdError("failed", JSON.stringify(await child.exited));
}

function send(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone, which is what was wanted.
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    // Absent, or of a process that just ended.
    return undefined;
  }
}
