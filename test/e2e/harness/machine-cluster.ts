/** A cluster of this machine by its program, with real containers and real kubectl. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, Program, run } from "../../testing/program.ts";
import { busyboxArchive, loadImage } from "./load-image.ts";

/** `up` it; dispose ends its containers. */
export class MachineCluster implements AsyncDisposable {
  readonly folder = mkdtempSync("/run/navarch-e2e-");
  readonly data = join(this.folder, "data");
  readonly environment = {
    KUBECONFIG: join(this.folder, "kubeconfig"),
    HOME: this.folder,
  };
  #program: Program | undefined;

  get output(): string {
    return this.#program?.output ?? "";
  }

  get pid(): number {
    return this.#program?.child.pid ?? 0;
  }

  get pids(): readonly number[] {
    return [this.pid];
  }

  /** `more`: arguments of the command. */
  async up(more: readonly string[] = []): Promise<void> {
    const listen = `127.0.0.1:${await freePort()}`;
    const files = ["--data", this.data, "--kubeconfig", join(this.folder, "kubeconfig")];
    this.#program = new Program(["up", "--node", "real", "--listen", listen, ...files, ...more]);
    await this.#program.printed(/is ready at/);
  }

  /** Where its node keeps its containers. */
  get nodeData(): string {
    return this.data;
  }

  /** Puts a busybox under this name on the node. */
  loadBusybox(name: string, command?: readonly string[]): Promise<void> {
    return loadImage(this.archive(name, command), name, this.nodeData);
  }

  /** An archive of a busybox under this name. */
  archive(name: string, command?: readonly string[]): string {
    return this.file("image.tar", busyboxArchive(name, command));
  }

  async stop(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    await this.#program?.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGTERM");
  }

  /** Writes a file; returns its path. */
  file(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** What `kubectl ARGS` prints; it has to succeed. */
  async kubectl(...args: readonly string[]): Promise<string> {
    const ended = await run("kubectl", args, this.environment);
    assert.equal(ended.code, 0, `kubectl ${args.join(" ")}: ${ended.stderr}\n${this.#program?.output}`);
    return ended.stdout;
  }

  /** The same when it has to fail: what it says then. */
  async refused(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run("kubectl", args, this.environment);
    assert.notEqual(code, 0, `kubectl ${args.join(" ")}\n${stdout}${stderr}`);
    return `${stdout}${stderr}`;
  }

  /** Starts kubectl and leaves it running. */
  start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
    return spawn("kubectl", args, { env: { ...process.env, ...this.environment, ...environment } });
  }

  async apply(yaml: string): Promise<void> {
    await this.kubectl("apply", "-f", this.file("manifest.yaml", yaml));
  }
}
