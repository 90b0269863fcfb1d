/** Real kubectl against a whole cluster that runs as a program of its own, with a home folder for its caches. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Access, accessOf } from "../testing/api-call.ts";
import { findProgram } from "../testing/find-program.ts";
import { freePort, Program, run } from "../testing/program.ts";

/** Why tests with kubectl are skipped. */
export const noKubectl = findProgram("kubectl") === undefined ? "needs kubectl" : false;

/** A running cluster, and kubectl on it. */
export class KubectlCluster implements AsyncDisposable {
  readonly access: Access;
  /** Of files that `file` writes; ends with the cluster. */
  readonly folder: string;
  readonly #program: Program;

  private constructor(folder: string, program: Program) {
    this.folder = folder;
    this.#program = program;
    this.access = accessOf(join(folder, "kubeconfig"));
  }

  /** Starts `navarch up` on a fresh folder and waits until it says that it is ready. */
  static async start(name: string): Promise<KubectlCluster> {
    const folder = mkdtempSync(join(tmpdir(), `navarch-${name}-`));
    const listen = `127.0.0.1:${await freePort()}`;
    const files = ["--data", join(folder, "data"), "--kubeconfig", join(folder, "kubeconfig")];
    const program = new Program(["up", "--name", name, "--node", "virtual", "--listen", listen, ...files]);
    await program.printed(/is ready at/);
    return new KubectlCluster(folder, program);
  }

  /** What `kubectl ARGS` prints; it has to succeed. */
  async kubectl(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run("kubectl", args, this.environment());
    assert.equal(code, 0, `kubectl ${args.join(" ")}\n${stdout}${stderr}`);
    return stdout;
  }

  /** The same when it has to fail: what it says then. */
  async refused(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run("kubectl", args, this.environment());
    assert.notEqual(code, 0, `kubectl ${args.join(" ")}\n${stdout}${stderr}`);
    return `${stdout}${stderr}`;
  }

  /** `kubectl ARGS` with another variable set (`NAME`, or `NAME=value`); it has to succeed. Both outputs. */
  async kubectlWith(variable: string, ...args: readonly string[]): Promise<string> {
    const [name = "", value = "true"] = variable.split("=");
    const { code, stdout, stderr } = await run("kubectl", args, { ...this.environment(), [name]: value });
    assert.equal(code, 0, `${variable} kubectl ${args.join(" ")}\n${stdout}${stderr}`);
    return `${stdout}${stderr}`;
  }

  /** Warnings and other words beside the output. */
  async beside(...args: readonly string[]): Promise<string> {
    return (await run("kubectl", args, this.environment())).stderr;
  }

  /** An object as JSON. */
  async json<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.kubectl(...args, "-o", "json")) as T;
  }

  /** Starts kubectl and leaves it running. */
  spawn(...args: readonly string[]): ChildProcess {
    return spawn("kubectl", args, {
      env: { ...process.env, ...this.environment() },
      stdio: ["ignore", "pipe", "inherit"],
    });
  }

  /** Writes a manifest; returns its path. */
  file(name: string, text: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.access.agent.destroy();
    await this.#program.kill("SIGTERM");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What kubectl needs to know to reach this cluster. */
  environment(): Readonly<Record<string, string>> {
    return { KUBECONFIG: join(this.folder, "kubeconfig"), HOME: this.folder, KUBECTL_EXTERNAL_DIFF: "" };
  }
}

/** A manifest of a Deployment with pods that end at once when they are deleted. */
export function deploymentYaml(name: string, replicas: number, image: string): string {
  return [
    "apiVersion: apps/v1",
    "kind: Deployment",
    `metadata: {name: ${name}, labels: {app: ${name}}}`,
    "spec:",
    `  replicas: ${replicas}`,
    `  selector: {matchLabels: {app: ${name}}}`,
    "  template:",
    `    metadata: {labels: {app: ${name}}}`,
    "    spec:",
    "      terminationGracePeriodSeconds: 1",
    "      containers:",
    `      - {name: main, image: "${image}", ports: [{containerPort: 80}]}`,
    "",
  ].join("\n");
}
