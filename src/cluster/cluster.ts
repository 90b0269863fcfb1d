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
import { RevisionStore } from "#store";
import type { InProcessAccess } from "./access.ts";
import { certificateNames, localUrl } from "./api-addresses.ts";
import type { ClusterConfig, ClusterParts } from "./cluster-config.ts";
import { stepsOf } from "./composition.ts";
import { ClusterError } from "./errors.ts";
import { clientCertificate, kubeconfigOf } from "./credentials.ts";
import { administrator, type Identity } from "./identities.ts";
import { configOf, envOf, type LibraryOptions } from "./library-options.ts";
import { type ClusterBase, type ServedCluster, serveCluster } from "./served-cluster.ts";
import { failWithStore } from "./store-failure.ts";

/** Components of a step that start at once. */
const lanes = 64;

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
  readonly #components: ReadonlyMap<string, Component>;

  private constructor(env: RootEnv, config: ClusterConfig, running: ServedCluster) {
    this.env = env;
    this.config = config;
    this.pki = running.pki;
    this.store = running.store;
    this.server = running.server;
    this.#access = running.access;
    this.#stack = running.stack;
    this.#front = running.front;
    this.#components = running.components;
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
      const opened = step("store", async () => {
        await store.start(signal);
        failWithStore(env, store);
      });
      opened.catch(() => {}); // the API server's start hears of it
      const [pki] = await Promise.all([
        step("certificates", () => ensureClusterPki(env, parts.disk, certificateNames(config))),
        parts.addressHeld,
      ]);
      return await Cluster.#over({ env, pki, store, opened, stack }, config, signal);
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

  /** A client in this process; default: the administrator. Throws `not-running` when the cluster has ended. */
  client(identity: Identity = administrator, fieldManager = "navarch"): Client {
    this.#mustRun();
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
   * more. Costs a pointer, whatever the state's size; what either does afterwards the other does not see. Throws
   * `not-running` when the cluster has ended.
   */
  async fork(
    options: LibraryOptions = {},
    signal: AbortSignal = new AbortController().signal,
  ): Promise<Cluster> {
    this.#mustRun();
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
    const opened = store.start(signal);
    return Cluster.#over({ env, pki: this.pki, store, opened, stack }, config, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  /** Else a fork, which nobody knows of, would hold the process. */
  #mustRun(): void {
    if (!this.#stack.disposed) return;
    const message = `Cannot use cluster "${this.config.name}": it has ended`;
    throw new ClusterError("not-running", message, "Dispose it after its last use.");
  }

  static async #over(base: ClusterBase, config: ClusterConfig, signal: AbortSignal): Promise<Cluster> {
    const { env, stack } = base;
    const step = stepper(env, config.onStep);
    const running = await step("API server", () => serveCluster(base, config, signal));
    await Promise.all(
      stepsOf(config, running, signal).map(({ name, parts }) =>
        step(name, () =>
          inLanes(
            parts,
            async ([part, start]) => void running.components.set(part, stack.use(await start())),
          ),
        ),
      ),
    );
    return new Cluster(env, config, running);
  }
}

/** Does `act` for each, so many at once: thousands of nodes would hold the loop for seconds. None begins after a failure. */
async function inLanes<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items].reverse();
  const lane = async (): Promise<void> => {
    for (let item = rest.pop(); item !== undefined; item = rest.pop()) {
      await act(item).catch((error: unknown) => {
        rest.length = 0;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
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
