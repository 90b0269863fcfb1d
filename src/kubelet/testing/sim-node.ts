/**
 * The twin's harness: a simulated world with an API server on one host, a runtime on another, and a kubelet
 * that may crash on a third. A dead kubelet neither acts nor hears: all its calls go over links that die
 * with its host.
 */
import { resources, services } from "#api";
import { ApiServer, Catalog, describeRecords, MASTERS, type User, userOf } from "#apiserver";
import type { Env } from "#base";
import { SimWorld } from "#base/sim";
import { type Client, createClient, HandlerTransport, InformerSet } from "#client";
import { MemoryJournal, RevisionStore } from "#store";
import { Kubelet } from "../kubelet.ts";
import type { MachineInfo } from "../machine.ts";
import { ApiReferences } from "../pod/references.ts";
import {
  SimCgroups,
  SimDialer,
  SimImages,
  simLink,
  SimManifests,
  SimRuntime,
  SimStats,
  SimVolumes,
} from "../runtime/sim/mod.ts";
import { StaticPods } from "../static/static-pods.ts";
import type { KubeletHarness } from "./node-bench.ts";

const nodeName = "n1";

const machine: MachineInfo = {
  hostname: nodeName,
  addresses: ["127.0.0.2"],
  cpuMillis: 4000,
  memoryBytes: 8 * 1024 ** 3,
  ephemeralStorageBytes: 100 * 1024 ** 3,
  machineId: "1",
  systemUuid: "1",
  bootId: "1",
  kernelVersion: "6.1.0",
  osImage: "Debian GNU/Linux 12 (bookworm)",
  operatingSystem: "linux",
  appArmor: false,
  containerCgroup: {},
  architecture: "amd64",
};

export class SimNode implements KubeletHarness {
  readonly nodeName = nodeName;
  readonly shellImage = "busybox:1.36";
  readonly otherImage = "nginx:1.27";
  readonly missingImage = "registry.invalid/app:1";
  readonly env: Env;
  readonly runtime: SimRuntime;
  readonly images: SimImages;
  /** What the node is said to use. */
  readonly stats = new SimStats(machine);
  readonly cgroups = new SimCgroups();
  readonly #manifests = new SimManifests("/etc/kubernetes/manifests");
  readonly #world: SimWorld;
  #server: ApiServer | undefined;
  #admin: Client | undefined;

  constructor(seed: string) {
    this.#world = new SimWorld(seed);
    this.env = this.#world.env("test");
    const machineEnv = this.#world.env("machine");
    this.images = new SimImages(machineEnv.child("images"), {});
    this.runtime = new SimRuntime(machineEnv.child("runtime"), { images: this.images });
  }

  get client(): Client {
    if (this.#admin === undefined) throw new TypeError("the API server has not started");
    return this.#admin;
  }

  async startKubelet(): Promise<void> {
    if (this.#server === undefined) await this.#startServer();
    const env = this.#world.env(nodeName);
    const client = this.#clientOf(
      env,
      userOf(`system:node:${nodeName}`, ["system:nodes", "system:authenticated"]),
    );
    const informers = new InformerSet(env.child("informers"), { client });
    const allServices = informers.of(services).lister;
    const references = new ApiReferences({ client, services: allServices });
    const runtime = simLink(env, this.runtime);
    const deps = {
      client,
      informers,
      services: allServices,
      runtime,
      images: simLink(env, this.images),
      dialer: new SimDialer({ runtime: this.runtime }),
      volumes: new SimVolumes({ references, runtime: this.runtime }),
      cgroups: this.cgroups,
      stats: this.stats,
      machine,
      statics: new StaticPods(env, { manifests: simLink(env, this.#manifests) }, { nodeName }),
    };
    await new Kubelet(env, deps, { nodeName }).start(new AbortController().signal);
  }

  async crashKubelet(): Promise<void> {
    this.#world.crash(nodeName);
  }

  async rebootNode(): Promise<void> {
    this.runtime.reboot();
  }

  /** Sets the machine's clock on or back: the kubelet and its runtime read the same one. */
  jumpClock(byMs: number): void {
    for (const host of [nodeName, "machine"]) this.#world.jumpClock(host, byMs);
  }

  async writeManifest(name: string, text: string): Promise<void> {
    this.#manifests.write(name, text);
  }

  async removeManifest(name: string): Promise<void> {
    this.#manifests.remove(name);
  }

  async run(body: () => Promise<void>): Promise<void> {
    await this.#world.run(body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const host of [nodeName, "machine", "server", "test"]) this.#world.crash(host);
  }

  async #startServer(): Promise<void> {
    const env = this.#world.env("server");
    const signal = new AbortController().signal;
    const store = new RevisionStore(env.child("store"), {
      journal: new MemoryJournal(),
      describe: describeRecords(new Catalog(resources)),
    });
    await store.start(signal);
    const deps = { store, resources, tokenKeys: [env.crypto.generateKeyPair()] };
    // What no node can give is the kubelet's to judge here.
    const options = { rootCertificate: "", disabledPlugins: ["PodResizeValidator"] };
    const server = new ApiServer(env, deps, options);
    await server.start(signal);
    this.#server = server;
    this.#admin = this.#clientOf(env, userOf("admin", [MASTERS, "system:authenticated"]));
  }

  #clientOf(env: Env, user: User): Client {
    if (this.#server === undefined) throw new TypeError("the API server has not started");
    return createClient(simLink(env, new HandlerTransport(this.#server.handlerFor(user))), {
      fieldManager: "test",
    });
  }
}
