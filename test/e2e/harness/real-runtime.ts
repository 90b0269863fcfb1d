/** One containerd for a whole test file; each test finds it empty. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { Env } from "../../../src/base/mod.ts";
import { createRealEnv, SystemProcesses } from "../../../src/base/real/mod.ts";
import { Containerd, sandboxImage } from "../../../src/kubelet/runtime/containerd/containerd-node.ts";
import { lifeEvents } from "../../../src/kubelet/runtime/containerd/containerd-events.ts";
import { PodNetwork } from "../../../src/kubelet/runtime/containerd/pod-network-node.ts";
import { findTools } from "../../../src/kubelet/runtime/containerd/tools-node.ts";
import { ContainerFiles } from "../../../src/kubelet/runtime/cri/container-files-node.ts";
import { CriImages } from "../../../src/kubelet/runtime/cri/cri-images.ts";
import { CriRuntime } from "../../../src/kubelet/runtime/cri/cri-runtime.ts";
import { TestRegistry } from "./test-images.ts";

const signal = new AbortController().signal;

export class RealRuntime implements AsyncDisposable {
  readonly env: Env = createRealEnv({ name: "e2e", logLevel: "warn" });
  readonly processes = new SystemProcesses();
  readonly registry = new TestRegistry();
  readonly containerd: Containerd;
  readonly runtime: CriRuntime;
  readonly images: CriImages;
  readonly #directory = mkdtempSync("/tmp/nv-");

  constructor() {
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
    const files = new ContainerFiles({
      rootDirectory: "/var/lib/kubelet",
      podLogsDirectory: "/var/log/pods",
    });
    this.images = new CriImages({ rpc });
    this.runtime = new CriRuntime(env, {
      rpc,
      files,
      hints: (ending) => lifeEvents(rpc, ending),
      configureNetwork: (podCidr, ending) => network.configure(podCidr, ending),
    });
  }

  async start(): Promise<void> {
    await this.registry.start();
    await this.containerd.start(signal);
    await this.runtime.updateRuntimeConfig({ podCidr: "10.244.0.0/24" }, signal);
    for (let tries = 0; tries < 100; tries += 1) {
      const { conditions } = await this.runtime.status(signal);
      if (conditions.every((one) => one.status)) return;
      await this.env.clock.sleep(50);
    }
    throw new TypeError("the network is not ready");
  }

  /** Removes every pod and image. */
  async clear(): Promise<void> {
    const sandboxes = await this.runtime.listPodSandbox({}, signal);
    await Promise.all(
      sandboxes.map(async ({ id }) => {
        await this.runtime.stopPodSandbox(id, signal);
        await this.runtime.removePodSandbox(id, signal);
      }),
    );
    for (const { id, repoTags } of await this.images.listImages(signal))
      if (!repoTags.includes(sandboxImage)) await this.images.removeImage(id, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clear();
    await this.containerd[Symbol.asyncDispose]();
    await this.registry[Symbol.asyncDispose]();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

export function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}
