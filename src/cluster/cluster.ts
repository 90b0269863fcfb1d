/**
 * A running cluster: a store, an API server with or without a socket, and the components over it, in one process.
 *
 *   store <- API server <- front (HTTPS)
 *                 ^------ in process: controllers, scheduler, nodes
 *
 * Many fit in one process: nothing is shared between two of them.
 */
import { networkInterfaces } from "node:os";
import { resources } from "#api";
import {
  ApiServer,
  describeRecords,
  Catalog,
  HttpBackends,
  HttpsFront,
  HttpsNodes,
  type User,
} from "#apiserver";
import type { Component, Disk, Env, RootEnv } from "#base";
import { type ClusterPki, ensureClusterPki } from "#base/pki";
import { type Client, writeKubeconfig } from "#client";
import type { ServeKubelet } from "#kubelet";
import { type Journal, RevisionStore } from "#store";
import { readApiTexts } from "./api-texts.ts";
import { InProcessAccess } from "./access.ts";
import type { ListenAddress } from "./cluster-options.ts";
import { Compactor } from "./compactor.ts";
import { startControllers, started, startScheduler, startVirtualNode } from "./components.ts";
import { clientCertificate, kubeconfigOf } from "./credentials.ts";
import { administrator, type Identity } from "./identities.ts";
import { startDns } from "./dns.ts";
import { kubeletPort, serveOverHttps } from "./kubelet-serving.ts";
import { configOf, envOf, type LibraryOptions } from "./library-options.ts";
import { LocalNodes } from "./local-nodes.ts";
import { type RealNodeOptions, serviceNetwork, startRealNode } from "./real-node.ts";
import { type ServiceSockets, UserspaceNetwork } from "./userspace-network.ts";
import { failWithStore } from "./store-failure.ts";
import { firstAddresses, type ServiceRanges } from "./service-ranges.ts";

/** What a cluster stands on. */
export interface ClusterParts {
  readonly env: RootEnv;
  readonly journal: Journal;
  /** Where the certificates are kept. */
  readonly disk: Disk;
  /** Resolves when the machine has the address of `advertise`. Default: it has it. */
  readonly addressHeld?: Promise<void>;
}

/** What runs in it. */
export interface ClusterConfig extends ServiceRanges {
  /** Also the name of the kubectl context. */
  readonly name: string;
  /** Absent: no socket, calls come in process only. */
  readonly listen?: ListenAddress;
  /**
   * An address of this machine that pods reach, at which the API is served too: the endpoint of `default/kubernetes`.
   * Default: that of `listen`, unless it is loopback or all addresses; then there is none.
   */
  readonly advertise?: string;
  readonly controllers: boolean;
  readonly scheduler: boolean;
  readonly virtualNodes: number;
  /** Where services answer, by sockets of this process; of clusters with virtual nodes. Default: nowhere. */
  readonly sockets?: ServiceSockets;
  /** The machine's own node. Default: none. */
  readonly realNode?: RealNodeOptions;
  /** Users by static bearer token. Default: none. */
  readonly tokens?: ReadonlyMap<string, User>;
  /** Hears of each finished step of the start, with its milliseconds. */
  readonly onStep?: (step: string, ms: number) => void;
}

/** Start it with `Cluster.start` or `startCluster`; dispose it to stop everything in order. */
export class Cluster implements AsyncDisposable {
  readonly config: ClusterConfig;
  readonly env: RootEnv;
  /** CA, server certificate and token keys. */
  readonly pki: ClusterPki;
  readonly store: RevisionStore;
  readonly server: ApiServer;
  readonly #access: InProcessAccess;
  readonly #stack: AsyncDisposableStack;
  readonly #front: HttpsFront | undefined;
  readonly #components: readonly (readonly [name: string, component: Component])[];

  private constructor(
    env: RootEnv,
    config: ClusterConfig,
    running: Running,
    components: readonly (readonly [string, Component])[],
  ) {
    this.env = env;
    this.config = config;
    this.pki = running.pki;
    this.store = running.store;
    this.server = running.server;
    this.#access = running.access;
    this.#stack = running.stack;
    this.#front = running.front;
    this.#components = components;
  }

  /** Starts everything in order; on failure stops what had started, and rejects. */
  static async start(parts: ClusterParts, config: ClusterConfig, signal: AbortSignal): Promise<Cluster> {
    const { env } = parts;
    const stack = new AsyncDisposableStack();
    stack.use(env);
    const step = stepper(env, config.onStep);
    try {
      const store = stack.use(
        new RevisionStore(env.child("store"), {
          journal: parts.journal,
          describe: describeRecords(new Catalog(resources)),
        }),
      );
      const [pki] = await Promise.all([
        step("certificates", () => ensureClusterPki(env, parts.disk, names(config))),
        step("store", () => store.start(signal)),
        parts.addressHeld,
      ]);
      failWithStore(env, store);
      return await Cluster.#over({ env, pki, store, stack }, config, signal);
    } catch (error) {
      await stack.disposeAsync();
      throw error;
    }
  }

  /** Port 0 has become a real one. Undefined without a socket. */
  get url(): string | undefined {
    const { listen } = this.config;
    if (listen === undefined || this.#front === undefined) return undefined;
    return `https://${hostText(reachable(listen.host))}:${this.#front.port}`;
  }

  /** A client in this process; default: the administrator. */
  client(identity: Identity = administrator, fieldManager = "navarch"): Client {
    return this.#access.client(identity, fieldManager);
  }

  /** A kubeconfig for that user by certificate, as plain data. Throws without a socket. */
  kubeconfig(identity: Identity = administrator): Readonly<Record<string, unknown>> {
    const url = this.url;
    if (url === undefined)
      throw new TypeError(`Cluster "${this.config.name}" has no socket: start it with "listen"`);
    const where = { name: this.config.name, url, caPem: this.pki.ca.certificatePem };
    return writeKubeconfig(kubeconfigOf(where, clientCertificate(this.env, this.pki, identity)));
  }

  /** Why it is not ready, by component; empty when it is. */
  notReady(): readonly string[] {
    const all: readonly (readonly [string, Component])[] = [["apiserver", this.server], ...this.#components];
    return all.flatMap(([name, component]) => {
      const reason = component.ready();
      return reason === undefined ? [] : [`${name}: ${reason}`];
    });
  }

  /**
   * A cluster of its own that begins with this one's state, in memory: only an API server, unless `options` ask for
   * more. Costs a pointer, whatever the state's size; what either does afterwards the other does not see.
   */
  async fork(
    options: LibraryOptions = {},
    signal: AbortSignal = new AbortController().signal,
  ): Promise<Cluster> {
    const defaults = {
      name: `${this.config.name}-fork`,
      controllers: false,
      scheduler: false,
      virtualNodes: 0,
    };
    const config = configOf(options, defaults);
    const env = envOf(options, config.name);
    const stack = new AsyncDisposableStack();
    stack.use(env);
    const store = stack.use(this.store.fork(env.child("store")));
    await store.start(signal);
    return Cluster.#over({ env, pki: this.pki, store, stack }, config, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  static async #over(base: Base, config: ClusterConfig, signal: AbortSignal): Promise<Cluster> {
    const { env, stack } = base;
    const step = stepper(env, config.onStep);
    const running = await step("API server", () => serve(base, config, signal));
    const start = <T extends Component>(component: T): T => stack.use(component);
    const components: (readonly [string, Component])[] = [];
    const add = async (name: string, make: () => Promise<Component>): Promise<void> => {
      components.push([name, start(await make())]);
    };
    const { access } = running;
    const rootCa = base.pki.ca.certificatePem;
    const identity = `${config.name}_${env.random.uuid()}`;
    const tasks: Promise<void>[] = [];
    if (config.controllers) {
      const allocateNodeCidrs = config.realNode !== undefined;
      const options = { rootCa, leaderElect: false, identity, allocateNodeCidrs };
      tasks.push(
        step("controllers", () =>
          add("controller-manager", () =>
            startControllers(env.child("controllers"), access, options, signal),
          ),
        ),
      );
    }
    if (config.scheduler) {
      tasks.push(
        step("scheduler", () =>
          add("scheduler", () => startScheduler(env.child("scheduler"), access, undefined, signal)),
        ),
      );
    }
    if (config.virtualNodes > 0) {
      tasks.push(
        step(`${config.virtualNodes} virtual ${config.virtualNodes === 1 ? "node" : "nodes"}`, () =>
          nodesOf(config, env, running, add, signal),
        ),
      );
    }
    const { realNode, sockets } = config;
    if (sockets !== undefined) {
      const deps = { access, sockets, kubelets: running.nodes };
      const options = { nodeName: `${config.name}-0`, ownPages: false };
      const make = () => started(new UserspaceNetwork(env.child("proxy"), deps, options), signal);
      tasks.push(step("services", () => add("proxy", make)));
    }
    if (realNode !== undefined) {
      const parts = {
        serve: servedNode(running, realNode.kubeletPort ?? kubeletPort),
        beside: serviceNetwork(env.child("proxy"), access, realNode),
      };
      const name = `kubelet ${realNode.name}`;
      tasks.push(
        step("node", () =>
          add(name, () => startRealNode(env.child("node"), access, realNode, parts, signal)),
        ),
      );
    }
    if (realNode !== undefined && config.advertise !== undefined) {
      const options = { nodeName: realNode.name, address: config.advertise };
      tasks.push(step("DNS", () => add("dns", () => startDns(env.child("dns"), access, options, signal))));
    }
    await Promise.all(tasks);
    return new Cluster(env, config, running, components);
  }
}

interface Base {
  readonly env: RootEnv;
  readonly pki: ClusterPki;
  readonly store: RevisionStore;
  readonly stack: AsyncDisposableStack;
}

interface Running extends Base {
  readonly server: ApiServer;
  readonly access: InProcessAccess;
  readonly nodes: LocalNodes;
  readonly front: HttpsFront | undefined;
}

/** The front listens first, so that the server knows its port; calls wait until the server has its first objects. */
async function serve(base: Base, config: ClusterConfig, signal: AbortSignal): Promise<Running> {
  const { env, pki, store, stack } = base;
  const { listen, tokens, advertise, serviceRange, nodePortRange } = config;
  let open: (server: ApiServer) => void = () => {};
  const opened = new Promise<ApiServer>((resolve) => {
    open = resolve;
  });
  let front: HttpsFront | undefined;
  if (listen !== undefined) {
    const options = {
      addresses: addressesOf(listen, advertise),
      certificate: pki.apiserver.certificatePem,
      privateKey: pki.apiserver.privateKeyPem,
      clientAuthorities: pki.ca.certificatePem,
    };
    front = stack.use(
      new HttpsFront(env.child("front"), { handle: async (call) => (await opened).handle(call) }, options),
    );
    await front.start(signal);
  }
  const advertised =
    listen === undefined || front === undefined
      ? undefined
      : advertisedAt(advertise ?? listen.host, front.port);
  const { certificatePem: certificate, privateKeyPem: privateKey } = pki.apiserverKubeletClient;
  const nodes = new LocalNodes(new HttpsNodes({ certificate, privateKey }));
  const server = stack.use(
    new ApiServer(
      env.child("apiserver"),
      {
        store,
        resources,
        tokenKeys: [pki.serviceAccountKeys],
        nodes,
        backends: new HttpBackends(),
        describe: readApiTexts,
      },
      {
        rootCertificate: pki.ca.certificatePem,
        ...(advertised === undefined ? {} : { advertised }),
        ...(tokens === undefined ? {} : { tokens }),
        ...(serviceRange === undefined ? {} : { serviceRange }),
        ...(nodePortRange === undefined ? {} : { nodePortRange }),
      },
    ),
  );
  await server.start(signal);
  open(server);
  await stack.use(new Compactor(env.child("compactor"), { store })).start();
  const access = stack.use(new InProcessAccess(server));
  return { ...base, server, access, nodes, front };
}

/** The API server of this process reaches it by a call, everybody else at its port. */
function servedNode({ env, pki, nodes }: Running, port: number): ServeKubelet {
  const authorities = { issuer: pki.ca, clients: pki.ca.certificatePem };
  const serve = serveOverHttps(env.child("kubelet"), authorities, { host: "", port });
  return async (node, signal) => {
    const served = await serve(node, signal);
    const local = nodes.add(node.nodeName, node.server);
    return {
      ...served,
      async [Symbol.asyncDispose]() {
        await local[Symbol.asyncDispose]();
        await served[Symbol.asyncDispose]();
      },
    };
  };
}

async function nodesOf(
  config: ClusterConfig,
  env: Env,
  { access, nodes }: Running,
  add: (name: string, make: () => Promise<Component>) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const serve: ServeKubelet = async ({ nodeName, server }) => nodes.add(nodeName, server);
  const indices = Array.from({ length: config.virtualNodes }, (_, index) => index);
  await Promise.all(
    indices.map((index) => {
      const name = `${config.name}-${index}`;
      return add(`kubelet ${name}`, () =>
        startVirtualNode(env.child(`node-${index}`), access, name, index, serve, signal),
      );
    }),
  );
}

function stepper(
  env: Env,
  onStep: ClusterConfig["onStep"],
): <T>(name: string, act: () => Promise<T>) => Promise<T> {
  return async (name, act) => {
    const started = env.clock.monotonic();
    const result = await act();
    onStep?.(name, env.clock.monotonic() - started);
    return result;
  };
}

function names({ listen, advertise, serviceRange }: ClusterConfig): Parameters<typeof ensureClusterPki>[2] {
  const own = advertise === undefined ? [] : [advertise];
  const addresses = ["127.0.0.1", "::1", ...firstAddresses(serviceRange), ...own];
  if (listen !== undefined && isWild(listen.host)) addresses.push(...machineAddresses());
  const host = listen === undefined ? undefined : reachable(listen.host);
  const isAddress = host !== undefined && /^[\d.]+$|:/.test(host);
  return {
    apiserverDnsNames: ["localhost", ...(host !== undefined && !isAddress ? [host] : [])],
    apiserverIpAddresses: isAddress ? [...addresses, host] : addresses,
  };
}

/** What other machines may call a server by that listens at every address. */
function machineAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((those) => those ?? []);
  return all.filter(({ internal, scopeid }) => !internal && !scopeid).map(({ address }) => address);
}

/** Both, unless the first is every address already. */
function addressesOf(listen: ListenAddress, advertise: string | undefined): readonly ListenAddress[] {
  const covered = advertise === undefined || advertise === listen.host || isWild(listen.host);
  return covered ? [listen] : [listen, { host: advertise, port: listen.port }];
}

function isWild(host: string): boolean {
  return host === "0.0.0.0" || host === "" || host === "::";
}

/** What clients on this machine call a server by that listens there. */
function reachable(host: string): string {
  if (host === "0.0.0.0" || host === "") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}

function hostText(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** Loopback is nobody's endpoint but one's own, and the API refuses it there. */
function advertisedAt(
  host: string,
  port: number,
): { readonly address: string; readonly port: number } | undefined {
  const usable = /^\d+\.\d+\.\d+\.\d+$/.test(host) && !host.startsWith("127.") && !isWild(host);
  return usable ? { address: host, port } : undefined;
}
