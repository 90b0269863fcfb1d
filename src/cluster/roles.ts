/**
 * One component as a process of its own, over HTTPS. `apiserver` makes the certificates and writes the kubeconfigs that the
 * others need beside them, laid out as kubeadm does: `admin.conf`, `controller-manager.conf`, `scheduler.conf`,
 * `proxy.conf`, and `kubelet-NAME.conf` for each node asked for.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Component, Env, Program, RootEnv } from "#base";
import { createRealEnv, FileSystemDisk, HelperProcesses } from "#base/real";
import { changeKubeconfig, checkKubeconfig, credentialsOf, loadKubeconfigs } from "#client";
import type { ServeKubelet } from "#kubelet";
import { EtcdJournal, type Journal, SqliteJournal, StoreError } from "#store";
import { type Access, RemoteAccess } from "./access.ts";
import { Cluster } from "./cluster.ts";
import type { ListenAddress, NodeMode } from "./cluster-options.ts";
import { startControllers, startScheduler, startVirtualNode, virtualNodeServices } from "./components.ts";
import type { ApiServerSettings } from "./api-server-settings.ts";
import type { NetworkRanges } from "./network-ranges.ts";
import { clientCertificate, withCluster } from "./credentials.ts";
import { ClusterError } from "./errors.ts";
import {
  administrator,
  controllerManagerIdentity,
  type Identity,
  kubeletIdentity,
  proxyIdentity,
  schedulerIdentity,
} from "./identities.ts";
import { kubeletPort, serveOverHttps } from "./kubelet-serving.ts";
import { chooseNode } from "./node-choice.ts";
import { type RealNodeOptions, startRealNode } from "./real-node.ts";
import { claim, removeRunInfo, writeRunInfo } from "./run-file.ts";
import { readKubeletConfig } from "./kubelet-config.ts";
import { startFailure } from "./start-failure.ts";
import { badKubeconfig } from "./user-paths.ts";

/** A component that runs until disposed. */
export interface Role extends AsyncDisposable {
  /** Rejects when the component fails for good. */
  readonly failed: Promise<void>;
  readonly description: string;
}

export interface ApiServerRoleOptions {
  readonly dataDir: string;
  readonly listen: ListenAddress;
  /** Where the administrator's kubeconfig goes. Default `<data>/admin.conf`. */
  readonly kubeconfig: string | undefined;
  /** Keep the state in this etcd cluster instead of the data directory. Default: none. */
  readonly etcdServers: readonly string[];
  /** An address of this machine that pods reach, at which the API is served too. Default: none. */
  readonly advertise: string | undefined;
  /** Nodes that get a kubeconfig. */
  readonly nodes: readonly string[];
  readonly ranges: NetworkRanges;
  readonly apiServer: ApiServerSettings;
  readonly flags: Program["flags"];
}

/** A bare API server: no controllers, no scheduler, no nodes. */
export async function runApiServer(options: ApiServerRoleOptions, signal: AbortSignal): Promise<Role> {
  const dataDir = resolve(options.dataDir);
  claim(dataDir, "apiserver");
  const admin = resolve(options.kubeconfig ?? join(dataDir, "admin.conf"));
  await checkKubeconfig(admin).catch(badKubeconfig);
  const { flags } = options;
  const env = createRealEnv({ name: "apiserver", logLevel: "warn", flags });
  const journal: Journal =
    options.etcdServers.length === 0
      ? new SqliteJournal({ path: join(dataDir, "state.db") })
      : new EtcdJournal(env, { endpoints: options.etcdServers.map(etcdEndpoint) });
  const parts = { env, journal, disk: new FileSystemDisk(dataDir) };
  const config = {
    name: "navarch",
    listen: options.listen,
    controllers: false,
    scheduler: false,
    virtualNodes: 0,
    ...(options.advertise === undefined ? {} : { advertise: options.advertise }),
    apiServer: options.apiServer,
    ranges: options.ranges,
  };
  const cluster = await Cluster.start(parts, config, signal).catch((error: unknown) => {
    removeRunInfo(dataDir);
    if (!(error instanceof StoreError) || options.etcdServers.length === 0)
      throw startFailure(error, options.listen, dataDir);
    const message = `Cannot keep the state in etcd at ${options.etcdServers.join(", ")}`;
    const remedy = "Start it, or give the URLs of its clients with --etcd-servers.";
    throw new ClusterError("store-failed", message, remedy, { cause: error });
  });
  const url = cluster.url ?? "";
  const files: readonly (readonly [string, Identity])[] = [
    [admin, administrator],
    [join(dataDir, "controller-manager.conf"), controllerManagerIdentity],
    [join(dataDir, "scheduler.conf"), schedulerIdentity],
    [join(dataDir, "proxy.conf"), proxyIdentity],
    ...options.nodes.map((name) => [join(dataDir, `kubelet-${name}.conf`), kubeletIdentity(name)] as const),
  ];
  const where = { name: "navarch", url, caPem: cluster.pki.ca.certificatePem };
  for (const [file, identity] of files) {
    const credentials = clientCertificate(env, cluster.pki, identity);
    await changeKubeconfig(file, (before) => withCluster(before, where, credentials)).catch(badKubeconfig);
  }
  writeRunInfo(dataDir, { state: "ready", url, startedAt: new Date().toISOString(), kubeconfig: admin });
  return {
    failed: env.failed,
    description: `API server is ready at ${url}; kubeconfig in ${admin}`,
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      removeRunInfo(dataDir);
    },
  };
}

/** `http://HOST:PORT` as gRPC names it. */
function etcdEndpoint(url: string): string {
  const match = /^http:\/\/([^/]+:\d+)\/?$/.exec(url);
  if (match?.[1] !== undefined) return match[1];
  const message = `Cannot use etcd at "${url}": it is not http://HOST:PORT`;
  throw new ClusterError(
    "bad-option",
    message,
    "Give its client URLs with --etcd-servers; TLS to etcd is not served yet.",
  );
}

/** Reads whom to be and where to go from a kubeconfig. */
async function accessOf(env: RootEnv, kubeconfig: string): Promise<RemoteAccess> {
  const remedy = "Give the file that the API server wrote with --kubeconfig FILE.";
  // kubectl reads an absent file as an empty one; who names one means it.
  if (!existsSync(kubeconfig)) {
    const message = `Cannot use kubeconfig "${kubeconfig}": there is no such file`;
    throw new ClusterError("bad-option", message, remedy);
  }
  try {
    return new RemoteAccess(env, await credentialsOf(await loadKubeconfigs([resolve(kubeconfig)])));
  } catch (cause) {
    const message = `Cannot use kubeconfig "${kubeconfig}"`;
    throw new ClusterError("bad-option", message, remedy, { cause });
  }
}

/** Starts a component with a kubeconfig's credentials; `flags`: of one that tells of them. */
export async function runRemote(
  name: string,
  kubeconfig: string,
  start: (env: RootEnv, access: Access) => Promise<Component>,
  flags: Program["flags"] = {},
): Promise<Role> {
  const stack = new AsyncDisposableStack();
  const env = stack.use(createRealEnv({ name, logLevel: "warn", flags }));
  try {
    const access = stack.use(await accessOf(env, kubeconfig));
    stack.use(await start(env, access));
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
  return {
    failed: env.failed,
    description: `${name} is ready`,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export interface ControllerManagerRoleOptions {
  readonly kubeconfig: string;
  /** The authority that is published in every namespace. Default: the kubeconfig's. */
  readonly rootCaFile: string | undefined;
  /** Whether nodes get ranges of pod addresses. */
  readonly allocateNodeCidrs: boolean;
  /** Which those are cut from. */
  readonly clusterCidr: string;
  /** How long a node may be silent before its pods are taken for lost. Default 50 s. */
  readonly nodeMonitorGracePeriodMs: number | undefined;
}

/** All controllers, behind leader election. */
export function runControllerManager(
  options: ControllerManagerRoleOptions,
  signal: AbortSignal,
): Promise<Role> {
  const { kubeconfig, rootCaFile, allocateNodeCidrs, clusterCidr } = options;
  const { nodeMonitorGracePeriodMs: graceMs } = options;
  const grace = graceMs === undefined ? {} : { nodeMonitorGracePeriodMs: graceMs };
  return runRemote("controller-manager", kubeconfig, async (env, access) => {
    const rootCa = rootCaFile === undefined ? await caOf(kubeconfig) : readFileSync(rootCaFile, "utf8");
    const identity = env.random.uuid();
    const own = { rootCa, leaderElect: true, identity, allocateNodeCidrs, clusterCidr, ...grace };
    return startControllers(env, access, own, signal);
  });
}

export function runScheduler(kubeconfig: string, signal: AbortSignal): Promise<Role> {
  return runRemote("scheduler", kubeconfig, (env, access) =>
    startScheduler(env, access, env.random.uuid(), signal),
  );
}

/** How one node's agent is run alone. */
export interface KubeletRoleOptions {
  /** The node's own. */
  readonly kubeconfig: string;
  readonly nodeName: string;
  readonly node: NodeMode;
  /** Of a real node: where containerd and static pods are. */
  readonly dataDir: string;
  /** Where its server listens; 0: any free port. Default 10250 on a real node, else 0. */
  readonly port: number | undefined;
  /** The socket of a runtime that is there already; default: a containerd of our own. */
  readonly runtimeEndpoint?: string;
  /** A KubeletConfiguration for a real node. */
  readonly configFile: string | undefined;
  readonly flags: Program["flags"];
}

/** One node's kubelet, with that node's kubeconfig; its server listens on a port of its own. */
export function runKubelet(options: KubeletRoleOptions, signal: AbortSignal): Promise<Role> {
  const { kubeconfig, nodeName: name, dataDir, port } = options;
  const choice = chooseNode({ ...options, mode: options.node });
  const start = async (env: RootEnv, access: Access): Promise<Component> => {
    const clients = await caOf(kubeconfig);
    if (choice.kind === "real") {
      const serve = serveOverHttps(env, { clients }, { host: "", port: port ?? kubeletPort });
      const { configFile } = options;
      const configured = configFile === undefined ? {} : { configured: readKubeletConfig(configFile) };
      const own = { name, dataDir, source: choice.source, ...configured };
      return startRealNodeAlone(env, access, own, serve, signal);
    }
    const serve = serveOverHttps(env, { clients }, { host: virtualHost, port: port ?? 0 });
    const services = await virtualNodeServices(env, access, name, signal);
    return startVirtualNode(env, access, { name, index: 0 }, { serve, services }, signal);
  };
  return runRemote(`kubelet ${name}`, kubeconfig, start, options.flags);
}

async function startRealNodeAlone(
  env: Env,
  access: Access,
  options: Omit<RealNodeOptions, "processes">,
  serve: ServeKubelet,
  signal: AbortSignal,
): Promise<Component> {
  const processes = new HelperProcesses(env);
  processes.start();
  try {
    const node = await startRealNode(env, access, { ...options, processes }, { serve }, signal);
    return {
      start: (starting) => node.start(starting),
      ready: () => node.ready(),
      async [Symbol.asyncDispose]() {
        await node[Symbol.asyncDispose]();
        await processes[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await processes[Symbol.asyncDispose]();
    throw error;
  }
}

/** Where virtual nodes say that they are. */
const virtualHost = "127.0.0.1";

async function caOf(kubeconfig: string): Promise<string> {
  return (await credentialsOf(await loadKubeconfigs([resolve(kubeconfig)]))).ca ?? "";
}
