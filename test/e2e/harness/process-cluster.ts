/** A cluster of this machine as processes that speak HTTPS, each with a certificate of its own, and real containers. */
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Program, root, run } from "../../testing/program.ts";
import { busyboxArchive, loadImage } from "./load-image.ts";

/** What differs from one to the next. */
export interface ProcessClusterOptions {
  /** An address of this machine, at which the API is served. */
  readonly address: string;
  /** This machine's node is the first. */
  readonly nodes: readonly string[];
  /** Default: upstream's. */
  readonly nodeMonitorGracePeriod?: string;
}

export class ProcessCluster implements AsyncDisposable {
  readonly folder = mkdtempSync("/run/navarch-e2e-");
  readonly data = join(this.folder, "data");
  readonly environment = { KUBECONFIG: join(this.data, "admin.conf"), HOME: this.folder };
  readonly #options: ProcessClusterOptions;
  readonly #programs: Program[] = [];

  constructor(options: ProcessClusterOptions) {
    this.#options = options;
  }

  /** API server, controllers, scheduler, kubelet and proxy, and DNS where a cluster has pods of CoreDNS. */
  async up(): Promise<void> {
    const { address, nodes, nodeMonitorGracePeriod: grace } = this.#options;
    const [name = ""] = nodes;
    await this.#start("apiserver", "--data", this.data, "--listen", `${address}:6443`, "--kubelet", ...nodes);
    const node = ["--node-name", name];
    const watch = grace === undefined ? [] : ["--node-monitor-grace-period", grace];
    await Promise.all([
      this.#startAs("controller-manager", "controller-manager", "--allocate-node-cidrs", ...watch),
      this.#startAs("scheduler", "scheduler"),
      this.#startAs("kubelet", `kubelet-${name}`, ...node, "--node", "real", "--data", this.nodeData),
      this.#startAs("proxy", "proxy", ...node),
      this.#startAs("dns", "admin", ...node),
    ]);
  }

  /** Where this machine's node keeps its containers. */
  get nodeData(): string {
    return join(this.folder, "node");
  }

  get pids(): readonly number[] {
    return this.#programs.map(({ child }) => child.pid ?? 0);
  }

  /** The kubeconfig of a node or component. */
  kubeconfig(name: string): string {
    return join(this.data, `${name}.conf`);
  }

  /** An archive of busybox under that name. */
  archive(name: string, command?: readonly string[]): string {
    const path = join(this.folder, "image.tar");
    writeFileSync(path, busyboxArchive(name, command));
    return path;
  }

  /** Puts a busybox under this name on this machine's node. */
  loadBusybox(name: string, command?: readonly string[]): Promise<void> {
    return loadImage(this.archive(name, command), name, this.nodeData);
  }

  /** What `kubectl ARGS` prints; it has to succeed. */
  async kubectl(...args: readonly string[]): Promise<string> {
    const ended = await run("kubectl", args, this.environment);
    const said = this.#programs.map(({ output }) => output).join("");
    assert.equal(ended.code, 0, `kubectl ${args.join(" ")}: ${ended.stderr}\n${said}`);
    return ended.stdout;
  }

  async apply(yaml: string): Promise<void> {
    const file = join(this.folder, "manifest.yaml");
    writeFileSync(file, yaml);
    await this.kubectl("apply", "-f", file);
  }

  /** Ends all, the API server last, and takes away what the proxy left for the next one. */
  async [Symbol.asyncDispose](): Promise<void> {
    const [apiserver, ...others] = this.#programs;
    await Promise.all(others.map((program) => program.kill("SIGTERM")));
    await apiserver?.kill("SIGTERM");
    const cleaned = await run(join(root, "bin/navarch"), ["proxy", "--cleanup"]);
    assert.equal(cleaned.code, 0, cleaned.stderr);
  }

  #startAs(role: string, name: string, ...args: readonly string[]): Promise<void> {
    return this.#start(role, "--kubeconfig", this.kubeconfig(name), ...args);
  }

  async #start(...args: readonly string[]): Promise<void> {
    const program = new Program(args);
    this.#programs.push(program);
    await program.printed(/is ready/).catch((cause: unknown) => {
      throw new Error(this.#programs.map(({ output }) => output).join("\n"), { cause });
    });
  }
}
