/**
 * A node over a containerd that was there before: its network and sandbox image are its own, others' pods on it are left
 * alone, and it outlives the cluster.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createRealEnv, SystemProcesses } from "../../src/base/real/mod.ts";
import { RpcClient } from "../../src/base/rpc/mod.ts";
import { loadImages } from "../../src/kubelet/runtime/containerd/image-load.ts";
import { ociArchive, ociImage } from "../../src/kubelet/runtime/containerd/oci-image.ts";
import { pauseProgram } from "../../src/kubelet/runtime/containerd/pause.ts";
import { findTools } from "../../src/kubelet/runtime/containerd/tools-node.ts";
import { containerStates } from "../../src/kubelet/runtime/cri/enums.ts";
import { runtimeMethods } from "../../src/kubelet/runtime/cri/methods.ts";
import { Running } from "../testing/program.ts";
import { MachineCluster } from "./harness/machine-cluster.ts";
import { onOwnMachine } from "./harness/own-machine.ts";
import { busybox } from "./harness/test-images.ts";

const signal = new AbortController().signal;
const pause = "example.test/pause:7";
const network = {
  cniVersion: "0.4.0",
  name: "system",
  plugins: [
    {
      type: "ptp",
      ipam: { type: "host-local", ranges: [[{ subnet: "10.99.0.0/24" }]], routes: [{ dst: "0.0.0.0/0" }] },
    },
  ],
};

const pod = `
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: 1
  containers: [{name: web, image: "web:1", imagePullPolicy: Never, command: [sleep, "1000"]}]
`;

/** The machine's own containerd, as its administrator has set it up. */
class SystemContainerd implements AsyncDisposable {
  readonly folder = mkdtempSync("/run/system-");
  readonly socket = join(this.folder, "c.sock");
  readonly rpc = new RpcClient(`unix:${this.socket}`);
  readonly #env = createRealEnv({ name: "test", logLevel: "error" });
  #running: Running | undefined;

  get ended(): boolean {
    return this.#running?.ended ?? true;
  }

  get config(): string {
    return readFileSync(join(this.folder, "config.toml"), "utf8");
  }

  async start(): Promise<void> {
    const tools = findTools();
    assert.ok(typeof tools !== "string");
    const cri = `plugins."io.containerd.grpc.v1.cri"`;
    const lines = [
      "version = 2",
      `root = "${this.folder}/root"`,
      `state = "${this.folder}/state"`,
      `[grpc]\naddress = "${this.socket}"`,
      `[${cri}]\nsandbox_image = "${pause}"\nrestrict_oom_score_adj = true`,
      `[${cri}.cni]\nbin_dir = "${tools.cniPrograms}"\nconf_dir = "${this.folder}/net.d"`,
    ];
    writeFileSync(join(this.folder, "config.toml"), lines.join("\n"));
    this.#running = new Running(spawn("containerd", ["--config", join(this.folder, "config.toml")]));
    await this.#running.printed(/successfully booted/);
    const files = [{ path: "pause", content: pauseProgram("amd64") ?? new Uint8Array() }];
    const input = { name: pause, architecture: "amd64", files, entrypoint: ["/pause"] };
    const file = join(this.folder, "images.tar");
    const images = [ociImage(this.#env.crypto, input), busybox("docker.io/library/other:1")];
    writeFileSync(file, ociArchive(images));
    const deps = { processes: new SystemProcesses(), rpc: this.rpc };
    await loadImages(
      this.#env,
      deps,
      { socket: this.socket, searchPath: process.env["PATH"] ?? "", file },
      signal,
    );
  }

  /** It sees its new configuration by itself. */
  configureNetwork(): void {
    mkdirSync(join(this.folder, "net.d"), { recursive: true });
    writeFileSync(join(this.folder, "net.d/10-system.conflist"), JSON.stringify(network));
  }

  /** A pod of somebody else, with a container that runs; resolves with its id. */
  async othersContainer(): Promise<string> {
    const metadata = { name: "other", namespace: "default", uid: "other-uid", attempt: 0 };
    const labels = { "io.kubernetes.pod.uid": "other-uid" };
    const sandbox = { metadata, labels, linux: { cgroupParent: "/kubepods/besteffort/podother-uid" } };
    const made = await this.rpc.call(runtimeMethods.runPodSandbox, { config: sandbox }, 60_000, signal);
    const config = {
      metadata: { name: "main", attempt: 0 },
      image: { image: "docker.io/library/other:1" },
      command: ["sleep", "1000"],
      labels,
    };
    const request = { sandboxId: made.id, config, sandbox };
    const { id } = await this.rpc.call(runtimeMethods.createContainer, request, 60_000, signal);
    await this.rpc.call(runtimeMethods.startContainer, { id }, 60_000, signal);
    return id;
  }

  async stateOf(id: string): Promise<string | undefined> {
    const { status } = await this.rpc.call(runtimeMethods.containerStatus, { id }, 10_000, signal);
    return containerStates[status?.state ?? -1];
  }

  async containers(): Promise<readonly string[]> {
    const { containers } = await this.rpc.call(runtimeMethods.listContainers, {}, 10_000, signal);
    return containers
      .filter(({ state }) => containerStates[state] === "CONTAINER_RUNNING")
      .map((one) => one.id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running?.kill("SIGKILL");
    this.rpc[Symbol.dispose]();
    await this.#env[Symbol.asyncDispose]();
  }
}

onOwnMachine(import.meta.filename, () => {
  test("a node over the machine's own containerd", { timeout: 180_000 }, async () => {
    await using system = new SystemContainerd();
    await system.start();
    const before = system.config;
    system.configureNetwork();
    const other = await system.othersContainer();
    await using cluster = new MachineCluster();
    const endpoint = ["--container-runtime-endpoint", `unix://${system.socket}`];

    await cluster.up(endpoint);
    assert.match(cluster.output, new RegExp(`as containers of the runtime at ${system.socket}`));
    assert.ok(!readdirSync(cluster.data).includes("containerd"), "no containerd of its own");
    await cluster.loadBusybox("web:1");
    await cluster.apply(pod);
    await cluster.kubectl("wait", "--for=condition=Ready", "pod/web", "--timeout=60s");
    const ip = await cluster.kubectl("get", "pod", "web", "-o", "jsonpath={.status.podIP}");
    assert.match(ip, /^10\.99\.0\./);
    assert.equal(await cluster.kubectl("exec", "web", "--", "echo", "in"), "in\n");
    const web = (await system.containers()).filter((id) => id !== other);
    assert.equal(web.length, 1);

    await cluster.stop("SIGKILL");
    assert.deepEqual(
      (await system.containers()).filter((id) => id !== other),
      web,
    );
    await cluster.up(endpoint);
    await cluster.kubectl("wait", "--for=condition=Ready", "pod/web", "--timeout=60s");
    assert.equal(await cluster.kubectl("exec", "web", "--", "echo", "again"), "again\n");
    assert.deepEqual(
      (await system.containers()).filter((id) => id !== other),
      web,
    );

    await cluster.stop("SIGTERM");
    assert.deepEqual(await system.containers(), [other]);
    assert.equal(await system.stateOf(other), "CONTAINER_RUNNING");
    assert.equal(system.ended, false);
    assert.equal(system.config, before);
  });

  test("says what a runtime lacks: a network, or itself", { timeout: 120_000 }, async () => {
    await using system = new SystemContainerd();
    await system.start();
    await using cluster = new MachineCluster();
    await cluster.up(["--container-runtime-endpoint", system.socket]);
    assert.match(cluster.output, /no network for pods: put a CNI configuration/);
    const message = `jsonpath={.items[0].status.conditions[?(@.type=="Ready")].message}`;
    assert.match(await cluster.kubectl("get", "nodes", "-o", message), /cni plugin not initialized/);
    system.configureNetwork();
    await cluster.kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=30s");
    await cluster.stop("SIGTERM");

    await using nowhere = new MachineCluster();
    await assert.rejects(
      nowhere.up(["--container-runtime-endpoint", "/run/nowhere.sock"]),
      /needs a container runtime at "\/run\/nowhere.sock", and there is none/,
    );
  });
});
