/** A real etcd on loopback, of one member or more, with its data in temporary folders, for tests. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

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
    args.push("--heartbeat-interval=50", "--election-timeout=500", "--logger=zap", "--log-level=info");
    const child = spawn("etcd", args, { stdio: ["ignore", "ignore", "pipe"] });
    this.#process = child;
    await readyToServe(child);
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

/** Etcd's words for it, of 3.4 and 3.5. */
const SERVING = /ready to serve client requests|serving client traffic insecurely/;

/** Resolves when the member says so, which is when its cluster has a leader; rejects with its last words when it ends. */
function readyToServe(child: ChildProcess): Promise<void> {
  let said = "";
  return new Promise((resolve, reject) => {
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-20_000);
      if (SERVING.test(said)) resolve();
    });
    child.once("exit", (code) => reject(new Error(`etcd ended with code ${code}: ${said.slice(-4_000)}`)));
  });
}

function nameOf(member: Ports): string {
  return `member-${member.peer}`;
}

function peerUrlOf(member: Ports): string {
  return `http://127.0.0.1:${member.peer}`;
}
