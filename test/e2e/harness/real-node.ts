/** The kubelet's harness on a real runtime: a node of this machine, with an API server of its own in memory. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pods, resources, serviceAccounts, services } from "../../../src/api/mod.ts";
import { ApiServer, Catalog, describeRecords, MASTERS, userOf } from "../../../src/apiserver/mod.ts";
import type { RootEnv, TaskGroup } from "../../../src/base/mod.ts";
import { type Client, createClient, HandlerTransport, InformerSet } from "../../../src/client/mod.ts";
import { SystemCgroupFiles } from "../../../src/kubelet/cgroup/cgroup-files-node.ts";
import { MachineCgroups } from "../../../src/kubelet/cgroup/machine-cgroups.ts";
import { MachineStats } from "../../../src/kubelet/eviction/machine-stats-node.ts";
import { PullRecordFiles } from "../../../src/kubelet/image/pull-record-files-node.ts";
import { Kubelet } from "../../../src/kubelet/kubelet.ts";
import { readMachine } from "../../../src/kubelet/machine-facts-node.ts";
import type { KubeletOptions } from "../../../src/kubelet/options.ts";
import { ApiReferences } from "../../../src/kubelet/pod/references.ts";
import { NetworkDialer } from "../../../src/kubelet/probe/network-dialer-node.ts";
import type { KubeletHarness } from "../../../src/kubelet/testing/node-bench.ts";
import { ManifestDirectories } from "../../../src/kubelet/static/manifest-directories-node.ts";
import { StaticPods } from "../../../src/kubelet/static/static-pods.ts";
import { MachineVolumes } from "../../../src/kubelet/volumes/machine-volumes.ts";
import { Mounts } from "../../../src/kubelet/volumes/mounts-node.ts";
import { ServiceAccountTokens } from "../../../src/kubelet/volumes/service-account-tokens.ts";
import { MachineVolumeHost } from "../../../src/kubelet/volumes/volume-host-node.ts";
import { MemoryJournal, RevisionStore } from "../../../src/store/mod.ts";
import { createRealEnv } from "../../../src/base/real/mod.ts";
import type { CriRuntime } from "../../../src/kubelet/runtime/cri/cri-runtime.ts";
import type { RealRuntime, RealRuntimes } from "./real-runtime.ts";

const nodeName = "n1";
const signal = new AbortController().signal;

export class RealNode implements KubeletHarness {
  readonly nodeName = nodeName;
  readonly env: RootEnv = createRealEnv({ name: "node", logLevel: "error" });
  readonly runtime: CriRuntime;
  readonly shellImage: string;
  readonly otherImage: string;
  readonly missingImage: string;
  readonly #machine: RealRuntime;
  readonly #manifests = mkdtempSync("/run/navarch-manifests-");
  readonly #pullRecords = new PullRecordFiles(mkdtempSync("/run/navarch-pulls-"));
  readonly #stack = new AsyncDisposableStack();
  #server: ApiServer | undefined;
  #kubelet: Kubelet | undefined;
  #informers: InformerSet | undefined;
  #refreshing: TaskGroup | undefined;
  /** How far tokens are ahead of the time. */
  tokensAheadMs = 0;

  readonly #machines: RealRuntimes;
  readonly #options: Partial<KubeletOptions>;

  /** `options`: of its kubelet, beside the defaults. */
  constructor(machines: RealRuntimes, machine: RealRuntime, options: Partial<KubeletOptions> = {}) {
    this.#machines = machines;
    this.#machine = machine;
    this.#options = options;
    this.runtime = machine.runtime;
    this.shellImage = machine.registry.add("busybox:1.36");
    this.otherImage = machine.registry.add("web:1", ["httpd", "-f", "-p", "80", "-h", "/www"]);
    this.missingImage = `${machine.registry.address}/missing:1`;
  }

  get client(): Client {
    return this.#clientOf("admin", [MASTERS, "system:authenticated"]);
  }

  async startKubelet(): Promise<void> {
    if (this.#server === undefined) await this.#startServer();
    const { env, runtime } = this;
    const { images, processes } = this.#machine;
    const client = this.#clientOf(`system:node:${nodeName}`, ["system:nodes", "system:authenticated"]);
    const informers = new InformerSet(env.child("informers"), { client });
    this.#informers = informers;
    const allServices = informers.of(services).lister;
    const references = new ApiReferences({ client, services: allServices });
    const mounts = new Mounts({ processes }, { searchPath: process.env["PATH"] ?? "" });
    const volumes = new MachineVolumes(
      env,
      {
        host: new MachineVolumeHost(env, { mounts, imageMounts: this.#machine.imageMounts }),
        references,
        tokens: new ServiceAccountTokens(
          { clock: { now: () => env.clock.now() + this.tokensAheadMs } },
          { accounts: client.of(serviceAccounts) },
        ),
        pods: informers.of(pods, { fieldSelector: `spec.nodeName=${nodeName}` }).lister,
      },
      { rootDirectory: "/var/lib/kubelet", allocatable: {}, refreshMs: 1_000 },
    );
    this.#refreshing = env.tasks.group("volumes");
    this.#refreshing.spawn("refresh", (ending) => volumes.run(ending));
    const machine = readMachine("/tmp");
    const dialer = new NetworkDialer();
    const cgroups = new SharedCgroups(env, { files: new SystemCgroupFiles() }, {});
    const stats = new MachineStats(
      { processes, runtime },
      {
        rootDirectory: "/var/lib/kubelet",
        podLogsDirectory: "/var/log/pods",
        imageDirectory: () => "/var/lib",
        searchPath: process.env["PATH"] ?? "",
      },
    );
    const manifests = new ManifestDirectories(env, [this.#manifests]);
    const statics = new StaticPods(env, { manifests }, { nodeName });
    const pullRecords = this.#pullRecords;
    const parts = { runtime, images, pullRecords, dialer, volumes, cgroups, stats, machine, statics };
    const deps = { client, informers, services: allServices, ...parts };
    this.#kubelet = new Kubelet(env, deps, { nodeName, ...this.#options });
    await this.#kubelet.start(signal);
  }

  async crashKubelet(): Promise<void> {
    await this.#refreshing?.[Symbol.asyncDispose]();
    await this.#kubelet?.[Symbol.asyncDispose]();
    await this.#informers?.[Symbol.asyncDispose]();
    this.#kubelet = undefined;
  }

  async writeManifest(name: string, text: string): Promise<void> {
    writeFileSync(join(this.#manifests, name), text);
  }

  async removeManifest(name: string): Promise<void> {
    rmSync(join(this.#manifests, name));
  }

  async rebootNode(): Promise<void> {
    await this.#machine.powerCut();
  }

  async run(body: () => Promise<void>): Promise<void> {
    await body();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.crashKubelet();
    await this.#stack.disposeAsync();
    await this.#machines.giveBack(this.#machine);
    await this.env[Symbol.asyncDispose]();
  }

  async #startServer(): Promise<void> {
    const env = this.env.child("server");
    const store = this.#stack.use(
      new RevisionStore(env.child("store"), {
        journal: new MemoryJournal(),
        describe: describeRecords(new Catalog(resources)),
      }),
    );
    await store.start(signal);
    const deps = { store, resources, tokenKeys: [env.crypto.generateKeyPair()] };
    // What no node can give is the kubelet's to judge here.
    const options = { rootCertificate: "", disabledPlugins: ["PodResizeValidator"] };
    this.#server = this.#stack.use(new ApiServer(env, deps, options));
    await this.#server.start(signal);
  }

  #clientOf(user: string, groups: readonly string[]): Client {
    if (this.#server === undefined) throw new TypeError("the API server has not started");
    const transport = new HandlerTransport(this.#server.handlerFor(userOf(user, groups)));
    return createClient(transport, { fieldManager: "test" });
  }
}

/** The nodes of a file share the machine's tree, and none knows the others' pods: each leaves them alone. */
class SharedCgroups extends MachineCgroups {
  override start(
    { allocatable }: Parameters<MachineCgroups["start"]>[0],
    ending: AbortSignal,
  ): Promise<void> {
    return super.start({ allocatable, known: new Everybody() }, ending);
  }
}

class Everybody extends Set<string> {
  override has(): boolean {
    return true;
  }
}
