/** A real etcd on loopback with its data in a temporary folder, for tests. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EtcdClient } from "./etcd-client-node.ts";

/** Why tests with a real etcd do not run; false when they do. */
export function etcdMissing(): string | false {
  return spawnSync("etcd", ["--version"]).status === 0 ? false : "no etcd on PATH";
}

export class RealEtcd implements AsyncDisposable {
  readonly endpoint: string;
  readonly #folder: string;
  readonly #peer: string;
  #process: ChildProcess | undefined;

  constructor(folder: string, clientPort: number, peerPort: number) {
    this.#folder = folder;
    this.endpoint = `127.0.0.1:${clientPort}`;
    this.#peer = `http://127.0.0.1:${peerPort}`;
  }

  static async start(): Promise<RealEtcd> {
    const folder = mkdtempSync(join(tmpdir(), "navarch-etcd-"));
    const etcd = new RealEtcd(folder, await freePort(), await freePort());
    await etcd.run();
    return etcd;
  }

  /** Starts the process, with the data it had, and waits until it answers. */
  async run(): Promise<void> {
    const url = `http://${this.endpoint}`;
    const args = ["--name=one", `--data-dir=${this.#folder}/data`, `--listen-client-urls=${url}`];
    args.push(`--advertise-client-urls=${url}`, `--listen-peer-urls=${this.#peer}`);
    args.push(`--initial-advertise-peer-urls=${this.#peer}`, `--initial-cluster=one=${this.#peer}`);
    args.push("--heartbeat-interval=20", "--election-timeout=200", "--logger=zap", "--log-level=error");
    this.#process = spawn("etcd", args, { stdio: "ignore" });
    const client = new EtcdClient({ endpoints: [this.endpoint] });
    for (let tries = 0; ; tries += 1) {
      try {
        await client.range({ key: Uint8Array.of(1) });
        break;
      } catch (error) {
        if (tries === 200) throw error;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    }
    client.close();
  }

  /** Ends the process at once, keeping its data. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No port");
  return address.port;
}
