/**
 * A running cluster: a store, an API server with or without a socket, and the components over it, in one process.
 *
 *   store <- API server <- front (HTTPS)
 *                 ^------ in process: controllers, scheduler, nodes
 *
 * Many fit in one process: nothing is shared between two of them.
 */
import { resources } from "#api";
import { type ApiServer, Catalog, describeRecords, type HttpsFront } from "#apiserver";
import type { Component, Env, RootEnv } from "#base";
import { type ClusterPki, ensureClusterPki } from "#base/pki";
import { type Client, writeKubeconfig } from "#client";
import type { ServeKubelet } from "#kubelet";
import { RevisionStore } from "#store";
import type { InProcessAccess } from "./access.ts";
import { certificateNames, localUrl } from "./api-addresses.ts";
import type { ClusterConfig, ClusterParts } from "./cluster-config.ts";
import { startControllers, started, startScheduler, startVirtualNode } from "./components.ts";
import { clientCertificate, kubeconfigOf } from "./credentials.ts";
import { startDns } from "./dns.ts";
import { administrator, type Identity } from "./identities.ts";
import { kubeletPort } from "./kubelet-serving.ts";
import { configOf, envOf, type LibraryOptions } from "./library-options.ts";
import { dnsAddressIn } from "./network-ranges.ts";
import { serviceNetwork, startRealNode } from "./real-node.ts";
import { type ClusterBase, servedNode, type ServedCluster, serveCluster } from "./served-cluster.ts";
import { failWithStore } from "./store-failure.ts";
import { UserspaceNetwork } from "./userspace-network.ts";

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
    running: ServedCluster,
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
        step("certificates", () => ensureClusterPki(env, parts.disk, certificateNames(config))),
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
    return localUrl(listen.host, this.#front.port);
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
    const { apiServer, ranges } = this.config;
    const defaults = {
      name: `${this.config.name}-fork`,
      ...(apiServer === undefined ? {} : { apiServer }),
      ...(ranges === undefined ? {} : { ranges }),
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

  static async #over(base: ClusterBase, config: ClusterConfig, signal: AbortSignal): Promise<Cluster> {
    const { env, stack } = base;
    const step = stepper(env, config.onStep);
    const running = await step("API server", () => serveCluster(base, config, signal));
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
      const options = { rootCa, leaderElect: false, identity, allocateNodeCidrs, ...config.ranges };
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
      const options = {
        nodeName: realNode.name,
        address: config.advertise,
        serviceAddress: dnsAddressIn(config.ranges?.serviceRange),
        ...config.ranges,
      };
      tasks.push(step("DNS", () => add("dns", () => startDns(env.child("dns"), access, options, signal))));
    }
    await Promise.all(tasks);
    return new Cluster(env, config, running, components);
  }
}

async function nodesOf(
  config: ClusterConfig,
  env: Env,
  { access, nodes }: ServedCluster,
  add: (name: string, make: () => Promise<Component>) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const serve: ServeKubelet = async ({ nodeName, server }) => nodes.add(nodeName, server);
  const indices = Array.from({ length: config.virtualNodes }, (_, index) => index);
  await Promise.all(
    indices.map((index) => {
      const name = `${config.name}-${index}`;
      return add(`kubelet ${name}`, () =>
        startVirtualNode(
          env.child(`node-${index}`),
          access,
          { name, index, ...config.ranges },
          serve,
          signal,
        ),
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
