/**
 * A cluster without scheduler and kubelets, in virtual time: the real API server on the memory store, and the controller
 * manager with each controller's own user. Tests play scheduler and kubelet through the API.
 */
import { isStatus, type KubeObject, type Pod, pods, type Resource, rfc3339 } from "#api";
import { type ApiServer, serviceAccountUser, type User, userOf } from "#apiserver";
import type { Env, RootEnv } from "#base";
import { SimWorld } from "#base/sim";
import {
  type ApiHandler,
  type ApiRequest,
  type Client,
  createClient,
  HandlerTransport,
  keyOf,
  type NewObject,
  serveLink,
} from "#client";
import { adminUser, startApiServer, testAuthority } from "../../../test/testing/api-server.ts";
import {
  type ControllerDefinition,
  ControllerManager,
  type ControllerManagerOptions,
  controllers,
} from "../mod.ts";

const MINUTE_MS = 60_000;

export class TestCluster {
  readonly world: SimWorld;
  readonly env: Env;
  readonly signal = new AbortController().signal;
  readonly #api: ApiServer;
  readonly #serverEnv: RootEnv;
  /** Speaks as a cluster administrator. */
  readonly admin: Client;
  manager: ControllerManager | undefined;
  #addresses = 0;

  private constructor(world: SimWorld, serverEnv: RootEnv, api: ApiServer) {
    this.world = world;
    this.env = world.env("tests");
    this.#serverEnv = serverEnv;
    this.#api = api;
    this.admin = this.clientOf(adminUser);
  }

  /** Runs `body` in a new cluster; with `startManager: false` without controllers at first. */
  static async run(
    seed: string,
    body: (cluster: TestCluster) => Promise<void>,
    options: { readonly startManager?: boolean; readonly definitions?: readonly ControllerDefinition[] } = {},
  ): Promise<void> {
    const world = new SimWorld(seed);
    await world.run(async () => {
      const env = world.env("apiserver");
      const { server: api } = await startApiServer(env);
      const cluster = new TestCluster(world, env, api);
      if (options.startManager !== false) await cluster.startManager(options.definitions ?? controllers);
      await body(cluster);
      await cluster.manager?.[Symbol.asyncDispose]();
      await cluster.#serverEnv[Symbol.asyncDispose]();
    });
  }

  clientOf(user: User): Client {
    return createClient(new HandlerTransport(this.#api.handlerFor(user)), { fieldManager: user.name });
  }

  /** The factory that the composition root gives to a controller manager. */
  readonly clientFor = (serviceAccount?: string): Client => this.clientOf(managerUser(serviceAccount));

  async startManager(
    definitions: readonly ControllerDefinition[] = controllers,
    options: Partial<ControllerManagerOptions> = {},
    host = "manager",
    clientFor = this.clientFor,
  ): Promise<ControllerManager> {
    const manager = new ControllerManager(
      this.world.env(host),
      { clientFor, definitions },
      { identity: host, rootCa: testAuthority, ...options },
    );
    await manager.start(this.signal);
    this.manager = manager;
    return manager;
  }

  /**
   * Lets other hosts reach the server at `address`; a link's user is its service account, or empty for the manager.
   * `answered` hears of each call when the server has acted, before the answer leaves.
   */
  async serve(address: string, answered: (request: ApiRequest) => void = () => {}): Promise<void> {
    const network = this.world.network.of(this.#serverEnv);
    const handlerFor = (user: string): ApiHandler => {
      const handler = this.#api.handlerFor(managerUser(user === "" ? undefined : user));
      return async (request, signal) => {
        const answer = await handler(request, signal);
        answered(request);
        return answer;
      };
    };
    await serveLink(this.#serverEnv, { network, handlerFor }, address, this.signal);
  }

  create<T extends KubeObject>(resource: Resource<T>, object: NewObject<T>): Promise<T> {
    return this.admin.of(resource).create(object, this.signal);
  }

  async list<T extends KubeObject>(resource: Resource<T>, namespace?: string): Promise<readonly T[]> {
    return (await this.admin.of(resource).list({ namespace }, this.signal)).items;
  }

  /** The object, or undefined. */
  async get<T extends KubeObject>(
    resource: Resource<T>,
    name: string,
    namespace?: string,
  ): Promise<T | undefined> {
    return (await this.list(resource, namespace)).find(({ metadata }) => metadata.name === name);
  }

  /** Waits until `holds`, at most `maxMs` of virtual time, and fails with what `holds` last said otherwise. */
  async until(what: string, holds: () => Promise<boolean>, maxMs = 5 * MINUTE_MS): Promise<void> {
    const end = this.env.clock.monotonic() + maxMs;
    while (!(await holds())) {
      if (this.env.clock.monotonic() > end) throw new Error(`Not so after ${maxMs} ms: ${what}`);
      await this.env.clock.sleep(50);
    }
  }

  /** Plays scheduler and kubelet: pods that have no node yet get `node`, those with one run; ending ones end. */
  async playNode(node: string, isGood: (pod: Pod) => boolean = () => true): Promise<void> {
    for (const pod of await this.list(pods)) {
      await this.#play(pod, node, isGood(pod)).catch((error: unknown) => {
        // Somebody was faster: the next round sees what is left.
        if (!isStatus(error, "NotFound") && !isStatus(error, "Conflict")) throw error;
      });
    }
  }

  async #play(pod: Pod, node: string, good: boolean): Promise<void> {
    const key = keyOf(pod);
    const client = this.admin.of(pods);
    if (pod.metadata.deletionTimestamp !== undefined) {
      if (good) await client.delete(key, this.signal, { gracePeriodSeconds: 0 });
    } else if (!pod.spec.nodeName) {
      const target = { apiVersion: "v1", kind: "Node", name: node };
      const binding = { apiVersion: "v1", kind: "Binding", metadata: key, target };
      await client.post(key, "binding", binding, this.signal);
    } else if (pod.status.phase === "Pending" && good) {
      const address = `10.244.0.${(this.#addresses += 1)}`;
      const fresh = running(pod, address, this.env.clock.now());
      await client.update(fresh, this.signal, { subresource: "status" });
    }
  }
}

function managerUser(serviceAccount: string | undefined): User {
  return serviceAccount === undefined
    ? userOf("system:kube-controller-manager", ["system:authenticated"])
    : serviceAccountUser("kube-system", serviceAccount);
}

function running(pod: Pod, ip: string, nowMs: number): Pod {
  const lastTransitionTime = rfc3339(nowMs);
  return {
    ...pod,
    status: {
      ...pod.status,
      phase: "Running",
      podIP: ip,
      podIPs: [{ ip }],
      conditions: [
        ...(pod.status.conditions ?? []),
        { type: "Ready", status: "True", lastProbeTime: null, lastTransitionTime },
      ],
    },
  };
}
