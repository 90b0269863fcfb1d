/**
 * `navarch up`: claims the data directory, runs the cluster on it, merges the kubeconfig, and leaves all as it was found
 * when it ends. A second `up` on the same data continues it: certificates, addresses and objects stay.
 */
import { join } from "node:path";
import type { Env, Processes } from "#base";
import { createRealEnv, FileSystemDisk, HelperProcesses } from "#base/real";
import { changeKubeconfig, checkKubeconfig, type Kubeconfig } from "#client";
import type { RuntimeSource } from "#kubelet";
import { SqliteJournal } from "#store";
import type { Cluster } from "./cluster.ts";
import { clientCertificate, withCluster } from "./credentials.ts";
import { administrator } from "./identities.ts";
import { dnsAddressIn } from "./network-ranges.ts";
import { chooseNode, type NodeChoice, realNodeName } from "./node-choice.ts";
import { PodSideAddress } from "./pod-side-address.ts";
import type { RealNodeOptions, StartingRuntime } from "./real-node.ts";
import { claim, removeRunInfo, writeRunInfo } from "./run-file.ts";
import { serviceSockets } from "./service-sockets.ts";
import { startFailure } from "./start-failure.ts";
import type { UpConfig } from "./up-options.ts";
import { badKubeconfig } from "./user-paths.ts";

/** A cluster that `navarch up` runs. */
export interface UpCluster extends AsyncDisposable {
  /** What the user does next. */
  welcome(): string;
  /** Resolves when `signal` aborts; rejects when a part of the cluster fails. */
  stopped(signal: AbortSignal): Promise<void>;
}

/** Starts or continues the cluster; every refusal is a `ClusterError`. */
export async function up(
  config: UpConfig,
  onStep: (step: string, ms: number) => void,
  signal: AbortSignal,
): Promise<UpCluster> {
  const choice = nodeFor(config);
  const sockets = serviceSockets(config.nodePortAddresses);
  claim(config.dataDir, config.name);
  await checkKubeconfig(config.kubeconfig).catch(badKubeconfig);
  const env = createRealEnv({ name: "navarch", logLevel: "warn", flags: config.flags });
  const processes = new HelperProcesses(env);
  // First of all: later this process is larger, and forks slowly. The runtime takes longest to start, and waits for nobody.
  if (choice.kind === "real") processes.start();
  const journal = new SqliteJournal({ path: join(config.dataDir, "state.db") });
  // Its thread starts while this one loads what a cluster is made of.
  journal.begin();
  const realNode =
    choice.kind === "real" ? await realNodeOf(config, choice.source, processes, env, signal) : undefined;
  const started = { startedAt: new Date().toISOString(), kubeconfig: config.kubeconfig };
  const info = { ...started, url: `https://${config.listen.host}:${config.listen.port}` };
  writeRunInfo(config.dataDir, { ...info, state: "starting" });
  const parts = { env, journal, disk: new FileSystemDisk(config.dataDir) };
  const { name, listen, ranges, apiServer } = config;
  const nodes =
    realNode === undefined ? { virtualNodes: config.virtualNodes, sockets } : { virtualNodes: 0, realNode };
  let cluster: Cluster;
  const address = podSideAddress(config, choice, processes);
  const advertise = address === undefined ? {} : { advertise: address.address };
  const everything = { controllers: true, scheduler: true, onStep };
  try {
    cluster = await (await import("./cluster.ts")).Cluster.start(
      address === undefined ? parts : { ...parts, addressHeld: address.hold(signal) },
      { name, listen, apiServer, ranges, ...nodes, ...advertise, ...everything },
      signal,
    );
  } catch (error) {
    await realNode?.runtime.release();
    await address?.[Symbol.asyncDispose]();
    await processes[Symbol.asyncDispose]();
    removeRunInfo(config.dataDir);
    throw startFailure(error, config.listen, config.dataDir);
  }
  const url = cluster.url ?? info.url;
  const running: UpCluster = {
    welcome: () => welcome(config, url, choice),
    stopped: (stop) => Promise.race([aborted(stop), env.failed]),
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      await address?.[Symbol.asyncDispose]();
      await processes[Symbol.asyncDispose]();
      removeRunInfo(config.dataDir);
    },
  };
  try {
    await mergeKubeconfig(config, cluster, url);
    writeRunInfo(config.dataDir, { ...info, url, state: "ready" });
  } catch (error) {
    await running[Symbol.asyncDispose](); // nobody would know how to reach it
    throw error;
  }
  return running;
}

/** What is going to run pods. Throws `no-real-node`, and `bad-option` where the ranges are none for a real node. */
function nodeFor(config: UpConfig): NodeChoice {
  const choice = chooseNode({ ...config, mode: config.node });
  if (choice.kind === "real") dnsAddressIn(config.ranges.serviceRange);
  return choice;
}

function podSideAddress(
  { ranges }: UpConfig,
  choice: NodeChoice,
  processes: Processes,
): PodSideAddress | undefined {
  if (choice.kind !== "real") return undefined;
  return new PodSideAddress({ processes }, choice.source.tools, ranges.clusterCidr);
}

async function realNodeOf(
  config: UpConfig,
  source: RuntimeSource,
  processes: Processes,
  env: Env,
  signal: AbortSignal,
): Promise<RealNodeOptions & { readonly runtime: StartingRuntime }> {
  const { name, dataDir, kubeletPort, configured, ranges } = config;
  const options = {
    name: realNodeName(name),
    dataDir,
    source,
    processes,
    kubeletPort,
    configured,
    ranges,
  };
  const { StartingRuntime } = await import("./real-node.ts");
  return { ...options, runtime: new StartingRuntime(env.child("runtime"), options, signal) };
}

async function mergeKubeconfig(config: UpConfig, cluster: Cluster, url: string): Promise<void> {
  const credentials = clientCertificate(cluster.env, cluster.pki, administrator);
  const where = { name: config.name, url, caPem: cluster.pki.ca.certificatePem };
  const change = (before: Kubeconfig): Kubeconfig => withCluster(before, where, credentials);
  await changeKubeconfig(config.kubeconfig, change, invokingUser()).catch(badKubeconfig);
}

/** Under sudo, the files in somebody's home stay that somebody's. */
function invokingUser(): { readonly uid: number; readonly gid: number } | undefined {
  const [uid, gid] = [Number(process.env["SUDO_UID"]), Number(process.env["SUDO_GID"])];
  return Number.isInteger(uid) && Number.isInteger(gid) && process.env["SUDO_UID"] !== undefined
    ? { uid, gid }
    : undefined;
}

function welcome(config: UpConfig, url: string, choice: NodeChoice): string {
  const context = `kubectl --context ${config.name}`;
  return [
    "",
    `Cluster "${config.name}" is ready at ${url}.`,
    whatRunsPods(config, choice),
    "",
    "Next, in another terminal:",
    `  ${context} get nodes`,
    `  ${context} create deployment web --image=nginx --replicas=3`,
    `  ${context} get pods -o wide`,
    "",
    `State is kept in ${config.dataDir}. Ctrl-C stops the cluster; "navarch up" continues it.`,
  ].join("\n");
}

function whatRunsPods({ virtualNodes }: UpConfig, choice: NodeChoice): string {
  if (choice.kind === "real") {
    const { source } = choice;
    const where = source.kind === "endpoint" ? ` of the runtime at ${source.socket}` : "";
    return `Pods run on this machine, as containers${where}.`;
  }
  const nodes = `${virtualNodes} virtual node${virtualNodes === 1 ? "" : "s"}`;
  const why = choice.why === "" ? "" : ` (a real node ${choice.why})`;
  return `Pods run on ${nodes}: scheduled and reported, without containers${why}.`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve_) => {
    if (signal.aborted) resolve_();
    signal.addEventListener("abort", () => resolve_(), { once: true });
  });
}
