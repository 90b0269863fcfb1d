/**
 * A whole cluster in a simulated world: every component on a host of its own, joined by simulated links, each as its
 * own user. A host that crashes is started again after a while, as a supervisor would.
 *
 *   api        store on a journal with sync time, API server
 *   cm-0 cm-1  controller managers, one of which leads
 *   scheduler
 *   node-0..2  kubelets; machine-0..2 their container runtimes, which outlive them
 *   observer   informers that are compared with the log
 *   user       whoever drives the run
 */
import {
  configMaps,
  deployments,
  endpointSlices,
  type KubeObject,
  leases,
  namespaces,
  nodes,
  pods,
  replicaSets,
  type Resource,
  resources,
  secrets,
  services,
} from "#api";
import {
  ApiServer,
  Catalog,
  describeRecords,
  MASTERS,
  serviceAccountUser,
  type User,
  userOf,
} from "#apiserver";
import type { Env, KeyPair } from "#base";
import { SimWorld } from "#base/sim";
import { type Client, createClient, EventRecorder, InformerSet, LinkTransport, serveLink } from "#client";
import { type ControllerDefinition, ControllerManager, controllers } from "#controllers";
import { ApiReferences, Kubelet, SimVolumes } from "#kubelet";
import { defaultPlugins, Scheduler } from "#scheduler";
import { RevisionStore } from "#store";
import {
  type AnsweredCall,
  AuditedTransport,
  type AuditDeps,
  type Caller,
  type SentCall,
} from "./audited-transport.ts";
import { DurableLog } from "./durable-log.ts";
import { FaultyJournal, JournalDisk } from "./faulty-journal.ts";
import { Findings } from "./findings.ts";
import { Machine } from "./machine.ts";
import { RecordedStore, StoreHistory } from "./recorded-store.ts";

export interface SimClusterOptions {
  /** Default 3. */
  readonly nodes?: number;
  /** Default 2. */
  readonly managers?: number;
  /** Default: all. */
  readonly definitions?: readonly ControllerDefinition[];
  /** False: the only manager always leads. Default true. */
  readonly leaderElect?: boolean;
  /** Crashes the process after this answer when it returns true. Default: never. */
  readonly crashAfter?: (call: AnsweredCall) => boolean;
  /** How long a crashed host stays down, in ms. Default: drawn from 100 to 5,000. */
  readonly restartMs?: (host: string) => number;
  /** Ends the run at its first finding. Default false. */
  readonly stopAtFinding?: boolean;
  /** Bounds what is drawn for `maxDelayMs`, above 2; 0 lets nothing lag. Default 2. */
  readonly slowestMs?: number;
  /** Watched by the observer. Default: the kinds of a Deployment's life. */
  readonly observed?: readonly Resource[];
}

const apiAddress = "api:6443";
const leaseKey = "/registry/leases/kube-system/kube-controller-manager";

/** A process that runs, or waits to. */
interface Incarnation {
  readonly env: Env;
  readonly identity: string;
  /** Nobody aborts it: processes here end by a crash. */
  readonly signal: AbortSignal;
}

/** The run has no use any more: the cluster is stuck, and `findings` say where. */
export class NotConverged extends Error {}

export class SimCluster {
  readonly world: SimWorld;
  readonly findings: Findings;
  readonly catalog = new Catalog(resources);
  readonly log: DurableLog;
  readonly history: StoreHistory;
  readonly disk: JournalDisk;
  readonly machines: readonly Machine[];
  /** Crashes after an API call, by host. */
  readonly crashPoints = new Map<string, number>();
  /** Answered calls, by host. */
  readonly calls = new Map<string, number>();
  /** Keys of objects that somebody asked to take finalizers off. */
  readonly finalizersTaken = new Set<string>();
  /** Hears of each call when it is sent. */
  onSent: (call: SentCall) => void = () => {};
  /** How long events of a watch wait for their reader, at most. */
  watchLagMs = 0;
  /** The longest that a message takes when the network is well. */
  readonly maxDelayMs: number;
  readonly #options: SimClusterOptions;
  readonly #running = new Map<string, Incarnation>();
  readonly #starts = new Map<string, (process: Incarnation) => Promise<void>>();
  readonly #users = new Map<string, User>();
  readonly #boots = new Map<string, number>();
  readonly #controlEnv: Env;
  readonly #faultTimes: number[] = [];
  #tokenKeys: KeyPair | undefined;
  #observers: InformerSet | undefined;
  #store: RecordedStore | undefined;
  #over = false;

  constructor(seed: string, options: SimClusterOptions = {}) {
    this.#options = options;
    this.world = new SimWorld(seed, {
      maxLatenessMs: 1,
      logLevel: "warn",
      onHostFailure: (host, error) => this.#hostFailed(host, error),
    });
    this.findings = new Findings(() => this.elapsedMs);
    this.log = new DurableLog(this.catalog, () => this.world.nowMs);
    this.history = new StoreHistory(this.log, this.findings.report);
    this.disk = new JournalDisk((commits) => this.log.append(commits));
    this.#controlEnv = this.world.env("control");
    this.maxDelayMs = 2 + this.world.random.below(Math.max(1, options.slowestMs ?? 2));
    this.world.network.configure({ maxDelayMs: this.maxDelayMs });
    const count = options.nodes ?? 3;
    this.machines = Array.from(
      { length: count },
      (_, index) => new Machine(this.world, `node-${index}`, index, this.findings.report),
    );
    this.#define();
  }

  get elapsedMs(): number {
    return this.world.nowMs - startMs;
  }

  /** Time and chance of the harness itself. */
  get control(): Env {
    return this.#controlEnv;
  }

  /** Every host that may crash and comes back. */
  get hosts(): readonly string[] {
    return [...this.#starts.keys()];
  }

  /** Boots everything; the API server first. */
  async start(): Promise<void> {
    this.boot("api");
    await this.until(
      "the API server listens",
      () => this.log.object("/registry/namespaces/kube-system") !== undefined,
    );
    for (const host of this.hosts) if (host !== "api") this.boot(host);
  }

  /** A client of a cluster administrator on the user's host. */
  adminClient(host = "user"): Client {
    const env = this.world.env(host);
    const process = { env, identity: host, signal: new AbortController().signal };
    return this.#client(process, host, userOf("admin", [MASTERS, "system:authenticated"]));
  }

  isUp(host: string): boolean {
    return this.#running.has(host);
  }

  /** Which controller manager leads, by the log. */
  leader(): string | undefined {
    const lease = this.log.object<KubeObject & { spec?: { holderIdentity?: string } }>(leaseKey);
    return lease?.spec?.holderIdentity;
  }

  /** A fault happened: checks that hold only in peace ask when. */
  touched(): void {
    this.#faultTimes.push(this.world.nowMs);
  }

  /** How many faults happened in the last `ms`. */
  faultsWithin(ms: number): number {
    return this.#faultTimes.length - 1 - this.#faultTimes.findLastIndex((at) => at < this.world.nowMs - ms);
  }

  /** Forgets all history up to now; false while there is no API server. */
  compact(): boolean {
    const store = this.#store;
    if (store === undefined || !this.isUp("api") || store.ready() !== undefined) return false;
    this.world.env("api").tasks.spawn("compact", () => store.compact(store.revision));
    return true;
  }

  /** Ends a host without a word; it comes back by itself. */
  crash(host: string, powerCut = false): void {
    if (!this.#running.delete(host)) return;
    this.touched();
    if (powerCut) this.world.powerCut(host);
    else this.world.crash(host);
    this.#scheduleRestart(host);
  }

  boot(host: string): void {
    if (this.#running.has(host) || this.#over) return;
    const boots = (this.#boots.get(host) ?? 0) + 1;
    this.#boots.set(host, boots);
    const env = this.world.env(host);
    const identity = `${host}_${boots}`;
    const process = { env, identity, signal: new AbortController().signal };
    this.#running.set(host, process);
    env.tasks.spawn("start", () => this.#starts.get(host)?.(process) ?? Promise.resolve());
  }

  /** No more restarts: the run is over. */
  end(): void {
    this.#over = true;
  }

  /** Waits in virtual time until `holds`; after `maxMs` that is a finding, and rejects with `NotConverged`. */
  async until(what: string, holds: () => boolean, maxMs = 600_000): Promise<void> {
    const { clock } = this.#controlEnv;
    const end = this.world.nowMs + maxMs;
    while (!holds()) {
      if (this.#options.stopAtFinding === true && this.findings.rules.length > 0)
        throw new NotConverged(what);
      if (this.world.nowMs > end) {
        this.findings.report("not-converged", `after ${maxMs / 1000} s still not: ${what}`);
        throw new NotConverged(what);
      }
      await clock.sleep(100);
    }
  }

  /** The observer's caches must be the collections at their revisions. */
  checkObservers(): void {
    const informers = this.#observers;
    if (informers === undefined) return;
    for (const resource of this.#options.observed ?? observedByDefault) {
      const informer = informers.peek(resource);
      if (informer === undefined || !informer.synced || informer.revision > this.log.revision) continue;
      const truth = [...this.log.list(resource, informer.revision).values()].map(nameAndVersion).sort();
      const cached = informer.lister.list().map(nameAndVersion).sort();
      if (truth.join() === cached.join()) continue;
      const missing = truth.filter((one) => !cached.includes(one));
      const extra = cached.filter((one) => !truth.includes(one));
      this.findings.report(
        "informer-differs",
        `${resource.plural} at ${informer.revision}: lacks [${missing.join(" ")}], has [${extra.join(" ")}]`,
      );
    }
  }

  #define(): void {
    this.#starts.set("api", (process) => this.#startApi(process));
    for (let index = 0; index < (this.#options.managers ?? 2); index += 1) {
      const host = `cm-${index}`;
      this.#starts.set(host, (process) => this.#startManager(process, host));
    }
    this.#starts.set("scheduler", (process) => this.#startScheduler(process));
    for (const machine of this.machines)
      this.#starts.set(machine.name, (process) => this.#startKubelet(process, machine));
    this.#starts.set("observer", (process) => this.#startObserver(process));
  }

  async #startApi({ env, signal }: Incarnation): Promise<void> {
    this.#tokenKeys ??= env.crypto.generateKeyPair();
    const journal = new FaultyJournal(env.child("disk"), this.disk);
    const inner = new RevisionStore(env.child("store"), { journal, describe: describeRecords(this.catalog) });
    const store = new RecordedStore(inner, this.history);
    await store.start(signal);
    this.#store = store;
    const deps = { store, resources, tokenKeys: [this.#tokenKeys] };
    const server = new ApiServer(env.child("apiserver"), deps, { rootCertificate: "the authority" });
    await server.start(signal);
    const handlerFor = (name: string) => server.handlerFor(this.#users.get(name) ?? userOf(name));
    await serveLink(
      env.child("link"),
      { network: this.world.network.of(env), handlerFor },
      apiAddress,
      signal,
    );
  }

  async #startManager(process: Incarnation, host: string): Promise<void> {
    const { env, identity, signal } = process;
    const clientFor = (account?: string): Client =>
      this.#client(
        process,
        host,
        account === undefined
          ? userOf("system:kube-controller-manager", ["system:authenticated"])
          : serviceAccountUser("kube-system", account),
      );
    const { definitions = controllers, leaderElect = true } = this.#options;
    const options = { identity, rootCa: "the authority", leaderElect };
    await new ControllerManager(env, { clientFor, definitions }, options).start(signal);
  }

  async #startScheduler(process: Incarnation): Promise<void> {
    const { env, signal } = process;
    const client = this.#client(
      process,
      "scheduler",
      userOf("system:kube-scheduler", ["system:authenticated"]),
    );
    const informers = new InformerSet(env.child("informers"), { client });
    const events = new EventRecorder(env.child("events"), { client }, { component: "default-scheduler" });
    await new Scheduler(env, { client, informers, events }, { plugins: defaultPlugins }).start(signal);
  }

  async #startKubelet(process: Incarnation, machine: Machine): Promise<void> {
    const { env, identity, signal } = process;
    const { name } = machine;
    const user = userOf(`system:node:${name}`, ["system:nodes", "system:authenticated"]);
    const client = this.#client(process, name, user);
    const informers = new InformerSet(env.child("informers"), { client });
    const allServices = informers.of(services).lister;
    const references = new ApiReferences({
      configMaps: client.of(configMaps),
      secrets: client.of(secrets),
      services: allServices,
    });
    const alive = (): boolean => this.#running.get(name)?.identity === identity;
    const deps = {
      client,
      informers,
      services: allServices,
      runtime: machine.runtimeFor(alive),
      images: machine.imagesFor(alive),
      dialer: machine.dialerFor(alive),
      volumes: new SimVolumes({ references }),
      machine: machineInfo(name, this.machines.indexOf(machine)),
    };
    await new Kubelet(env, deps, { nodeName: name }).start(signal);
  }

  async #startObserver(process: Incarnation): Promise<void> {
    const { env, signal } = process;
    const client = this.#client(process, "observer", userOf("observer", [MASTERS]));
    const informers = new InformerSet(env.child("informers"), { client });
    for (const resource of this.#options.observed ?? observedByDefault)
      informers.of(resource).onChange(() => {});
    this.#observers = informers;
    await informers.start(signal);
  }

  #client({ env, identity }: Incarnation, host: string, user: User): Client {
    this.#users.set(user.name, user);
    const network = this.world.network.of(env);
    const link = new LinkTransport(
      env.child(`as ${user.name.replaceAll("/", "-")}`),
      { network },
      {
        address: apiAddress,
        user: user.name,
      },
    );
    const caller = { host, identity, user: user.name };
    return createClient(new AuditedTransport(link, caller, this.#auditDeps()), { fieldManager: host });
  }

  #auditDeps(): AuditDeps {
    return {
      log: this.log,
      catalog: this.catalog,
      violation: this.findings.report,
      crashAfter: (call) => this.#crashAfter(call),
      sent: (call) => this.onSent(call),
      lag: (caller) => this.#lag(caller),
      takesFinalizers: (key) => this.finalizersTaken.add(key),
      isAlive: (caller) => this.#isAlive(caller),
      leaderOf: (host) =>
        host.startsWith("cm-") && this.#options.leaderElect !== false
          ? (this.leader() ?? "nobody")
          : undefined,
    };
  }

  #isAlive({ host, identity }: Caller): boolean {
    const running = this.#running.get(host);
    return running === undefined ? host === "user" : running.identity === identity;
  }

  async #lag({ host, identity }: Caller): Promise<void> {
    const running = this.#running.get(host);
    if (this.watchLagMs === 0 || running?.identity !== identity) return;
    const { clock, random } = running.env;
    await clock.sleep(random.float() * this.watchLagMs);
  }

  #crashAfter(call: AnsweredCall): boolean {
    if (!this.#isAlive(call)) return false;
    this.calls.set(call.host, (this.calls.get(call.host) ?? 0) + 1);
    if (this.#options.crashAfter?.(call) !== true) return false;
    this.crashPoints.set(call.host, (this.crashPoints.get(call.host) ?? 0) + 1);
    this.crash(call.host);
    return true;
  }

  #hostFailed(host: string, error: unknown): void {
    const name = (error as Error | undefined)?.name;
    this.#running.delete(host);
    if (this.#over) return;
    if (!["ClientError", "StatusError", "StoreError", "RuntimeError"].includes(name ?? ""))
      this.findings.report(
        "component-died",
        `${host}: ${error instanceof Error ? error.stack : String(error)}`,
      );
    this.#scheduleRestart(host);
  }

  #scheduleRestart(host: string): void {
    const { clock, random } = this.#controlEnv;
    const restartMs = this.#options.restartMs?.(host) ?? 100 + random.below(4_900);
    clock.timer(restartMs, () => this.boot(host));
  }
}

const startMs = 1_767_225_600_000;

const observedByDefault: readonly Resource[] = [
  pods,
  replicaSets,
  deployments,
  services,
  endpointSlices,
  namespaces,
  nodes,
  configMaps,
  leases,
] as unknown as readonly Resource[];

function nameAndVersion({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}@${metadata.resourceVersion}`;
}

function machineInfo(name: string, index: number) {
  return {
    hostname: name,
    addresses: [`127.0.1.${index + 1}`],
    cpuMillis: 4_000,
    memoryBytes: 8 * 1024 ** 3,
    ephemeralStorageBytes: 100 * 1024 ** 3,
    machineId: String(index),
    systemUuid: String(index),
    bootId: String(index),
    kernelVersion: "6.1.0",
    osImage: "simulated",
    operatingSystem: "linux",
    architecture: "amd64",
  };
}
