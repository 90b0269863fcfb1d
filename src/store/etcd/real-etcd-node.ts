/** A real etcd on loopback, of one member or more, with its data in temporary folders, for tests. */
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

/** A member's own ports. */
interface Ports {
  readonly client: number;
  readonly peer: number;
}

/** One member; kill it and run it again as often as you like. */
export class RealEtcd implements AsyncDisposable {
  readonly endpoint: string;
  readonly #folder: string;
  readonly #members: readonly Ports[];
  readonly #own: Ports;
  #process: ChildProcess | undefined;

  private constructor(folder: string, members: readonly Ports[], own: Ports) {
    this.#folder = folder;
    this.#members = members;
    this.#own = own;
    this.endpoint = `127.0.0.1:${own.client}`;
  }

  /** A cluster of one. */
  static async start(): Promise<RealEtcd> {
    const [only] = await RealEtcd.startCluster(1);
    return only as RealEtcd;
  }

  static async startCluster(size: number): Promise<readonly RealEtcd[]> {
    const members: Ports[] = [];
    while (members.length < size) members.push({ client: await freePort(), peer: await freePort() });
    const cluster = members.map((own) => {
      return new RealEtcd(mkdtempSync(join(tmpdir(), "navarch-etcd-")), members, own);
    });
    await Promise.all(cluster.map((member) => member.run()));
    return cluster;
  }

  /** Starts the process, with the data it had, and waits until it answers. */
  async run(): Promise<void> {
    const [clientUrl, peerUrl] = [`http://${this.endpoint}`, peerUrlOf(this.#own)];
    const all = this.#members.map((member) => `${nameOf(member)}=${peerUrlOf(member)}`).join(",");
    const args = [
      `--name=${nameOf(this.#own)}`,
      `--data-dir=${this.#folder}/data`,
      `--initial-cluster=${all}`,
    ];
    args.push(`--listen-client-urls=${clientUrl}`, `--advertise-client-urls=${clientUrl}`);
    args.push(`--listen-peer-urls=${peerUrl}`, `--initial-advertise-peer-urls=${peerUrl}`);
    args.push("--heartbeat-interval=50", "--election-timeout=500", "--logger=zap", "--log-level=error");
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

function nameOf(member: Ports): string {
  return `member-${member.peer}`;
}

function peerUrlOf(member: Ports): string {
  return `http://127.0.0.1:${member.peer}`;
}
