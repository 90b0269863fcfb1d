/** Containerds of a test file, each with a range of addresses of its own; each test finds one empty. */
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import type { Env } from "../../../src/base/mod.ts";
import { createRealEnv, SystemProcesses } from "../../../src/base/real/mod.ts";
import { Containerd, sandboxImage } from "../../../src/kubelet/runtime/containerd/containerd-node.ts";
import { lifeEvents } from "../../../src/kubelet/runtime/containerd/containerd-events.ts";
import { ImageMounts } from "../../../src/kubelet/runtime/containerd/image-mounts-node.ts";
import { PodNetwork } from "../../../src/kubelet/runtime/containerd/pod-network-node.ts";
import { findTools } from "../../../src/kubelet/runtime/containerd/tools-node.ts";
import { ContainerFiles } from "../../../src/kubelet/runtime/cri/container-files-node.ts";
import { CriImages } from "../../../src/kubelet/runtime/cri/cri-images.ts";
import { CriRuntime } from "../../../src/kubelet/runtime/cri/cri-runtime.ts";
import { StartTurns } from "../../../src/kubelet/runtime/cri/start-turns.ts";
import { PodRelays } from "../../../src/kubelet/runtime/cri/pod-relays-node.ts";
import { changed } from "../../testing/folder-changes.ts";
import { unannounced } from "../../testing/unannounced.ts";
import { TestRegistry } from "./test-images.ts";

const signal = new AbortController().signal;

/** Machines for tests that run side by side; a machine is used again when its test is done. */
export class RealRuntimes implements AsyncDisposable {
  readonly registry = new TestRegistry();
  readonly #all: RealRuntime[] = [];
  readonly #free: RealRuntime[] = [];

  async take(): Promise<RealRuntime> {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const made = new RealRuntime(this.registry, this.#all.length);
    this.#all.push(made);
    await made.start();
    return made;
  }

  async giveBack(machine: RealRuntime): Promise<void> {
    await machine.clear();
    this.#free.push(machine);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((one) => one[Symbol.asyncDispose]()));
    await this.registry[Symbol.asyncDispose]();
  }
}

/** One containerd. */
export class RealRuntime implements AsyncDisposable {
  readonly env: Env = createRealEnv({ name: "e2e", logLevel: "warn" });
  readonly processes = new SystemProcesses();
  readonly registry: TestRegistry;
  readonly containerd: Containerd;
  readonly runtime: CriRuntime;
  readonly images: CriImages;
  readonly imageMounts: ImageMounts;
  readonly relays: PodRelays;
  readonly #directory: string;
  readonly #index: number;

  constructor(registry: TestRegistry, index: number) {
    this.registry = registry;
    this.#index = index;
    this.#directory = `/run/navarch-${index}`;
    const tools = findTools();
    if (typeof tools === "string") throw new TypeError(tools);
    const { env, processes } = this;
    this.containerd = new Containerd(
      env.child("containerd"),
      { processes },
      { ...tools, directory: this.#directory, bootId: bootId(), architecture: "amd64" },
    );
    const { rpc, paths } = this.containerd;
    const network = new PodNetwork(env, { processes }, { paths, searchPath: tools.searchPath });
    const { searchPath } = tools;
    this.imageMounts = new ImageMounts({ processes }, { socket: paths.socket, searchPath });
    this.relays = new PodRelays(env, { processes }, { directory: this.#directory, searchPath });
    const files = new ContainerFiles({
      rootDirectory: "/var/lib/kubelet",
      podLogsDirectory: "/var/log/pods",
    });
    this.images = new CriImages({ rpc }, { pinned: [sandboxImage] });
    this.runtime = new CriRuntime(env, {
      rpc,
      files,
      turns: new StartTurns(env, { atOnce: 4, patienceMs: 1_000 }),
      hints: (ending) => lifeEvents(rpc, ending),
      configureNetwork: (podCidr, ending) => network.configure(podCidr, ending),
    });
  }

  async start(): Promise<void> {
    // Closed to all but root, as the data of a cluster is.
    mkdirSync(this.#directory, { mode: 0o700 });
    await this.containerd.start(signal);
    await this.runtime.updateRuntimeConfig({ podCidr: `10.244.${this.#index}.0/24` }, signal);
    await this.answers();
  }

  /** Resolves when runtime and network are ready. */
  async answers(): Promise<void> {
    await unannounced("the runtime and its network are ready", async () => {
      const status = await this.runtime.status(signal).catch(() => undefined);
      return status?.conditions.every((one) => one.status) === true;
    });
  }

  /** Removes every pod and image; one that was being made when its kubelet ended shows only later. */
  async clear(): Promise<void> {
    await unannounced("no pod is left", async () => {
      const sandboxes = await this.runtime.listPodSandbox({}, signal);
      await Promise.allSettled(sandboxes.map(({ id }) => this.#remove(id)));
      return sandboxes.length === 0;
    });
    for (const { id, repoTags } of await this.images.listImages(signal))
      if (!repoTags.includes(sandboxImage)) await this.images.removeImage(id, signal);
  }

  async #remove(sandbox: string): Promise<void> {
    await this.runtime.stopPodSandbox(sandbox, signal);
    await this.runtime.removePodSandbox(sandbox, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.relays[Symbol.asyncDispose]();
    await this.clear();
    await this.containerd[Symbol.asyncDispose]();
  }

  /** Everything that runs on it ends at once, as when the machine loses its power; containerd comes back. */
  async powerCut(): Promise<void> {
    const doomed = descendants(({ command }) => command.includes(this.containerd.paths.socket));
    const { pid } = this.containerd.paths;
    const before = readFileSync(pid, "utf8");
    for (const one of [Number(before), ...doomed]) kill(one);
    await changed(pid, "containerd is another", () => !["", before].includes(readFileSync(pid, "utf8")));
    await this.answers();
  }
}

export function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It went with those before it.
  }
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** The processes that `isRoot` names, and all that they started. */
function descendants(isRoot: (process: Process) => boolean): readonly number[] {
  const all = readdirSync("/proc").flatMap((name): Process[] => {
    const pid = Number(name);
    try {
      const parent = Number(/\nPPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
      return [{ pid, parent, command: readFileSync(`/proc/${pid}/cmdline`, "utf8") }];
    } catch {
      // No process, or one that just ended.
      return [];
    }
  });
  const found = new Set(all.filter(isRoot).map(({ pid }) => pid));
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}
