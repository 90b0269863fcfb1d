/**
 * A whole cluster in a simulated world: every component on a host of its own, joined by simulated links, each as its
 * own user. A host that crashes is started again after a while, as a supervisor would.
 *
 *   api        store on a journal with sync time, API server
 *   cm-0 cm-1  controller managers, one of which leads
 *   scheduler scheduler-1   one of which leads
 *   node-0..2  kubelets; machine-0..2 their container runtimes, which outlive them
 *   observer   informers that are compared with the log
 *   user       whoever drives the run
 */
import { type KubeObject, resources } from "#api";
import { Catalog, MASTERS, type User, userOf } from "#apiserver";
import type { Env, KeyPair, LogEntry } from "#base";
import { SimWorld } from "#base/sim";
import { type Client, createClient, LinkTransport } from "#client";
import { controllers } from "#controllers";
import {
  type AnsweredCall,
  type AuditDeps,
  AuditedTransport,
  type Caller,
  type SentCall,
} from "./audited-transport.ts";
import { DurableLog } from "./durable-log.ts";
import { JournalDisk, syncFailed } from "./faulty-journal.ts";
import { Findings } from "./findings.ts";
import { Machine } from "./machine.ts";
import { Observer } from "./observer.ts";
import { type RecordedStore, StoreHistory } from "./recorded-store.ts";
import {
  apiAddress,
  startApi,
  startKubelet,
  startManager,
  startScheduler,
  type SimProcess,
} from "./roles.ts";
import type { SimClusterOptions } from "./sim-cluster-options.ts";

const leaseKeys = {
  manager: "/registry/leases/kube-system/kube-controller-manager",
  scheduler: "/registry/leases/kube-system/kube-scheduler",
};

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
  /** When somebody last deleted a node's object, by its name. */
  readonly nodesTaken = new Map<string, number>();
  /** Hosts whose calls about leases get nowhere. */
  readonly renewalsLost = new Set<string>();
  /** How long events of a watch wait for their reader, at most. */
  watchLagMs = 0;
  /** The longest that a message takes when the network is well. */
  readonly maxDelayMs: number;
  readonly #options: SimClusterOptions;
  readonly #running = new Map<string, SimProcess>();
  readonly #starts = new Map<string, (process: SimProcess) => Promise<void>>();
  readonly #users = new Map<string, User>();
  readonly #boots = new Map<string, number>();
  readonly #controlEnv: Env;
  readonly #faultTimes: number[] = [];
  #tokenKeys: KeyPair | undefined;
  readonly #observer = new Observer();
  #store: RecordedStore | undefined;
  #over = false;

  constructor(seed: string, options: SimClusterOptions = {}) {
    this.#options = options;
    this.world = new SimWorld(seed, {
      maxLatenessMs: 1,
      logLevel: "warn",
      logSink: (entry) => this.#heard(entry),
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
  adminClient(): Client {
    const user = userOf("admin", [MASTERS, "system:authenticated"]);
    return this.#process("user", "user").client(user);
  }

  isUp(host: string): boolean {
    return this.#running.has(host);
  }

  /** Which controller manager or scheduler leads, by the log. */
  leader(role: keyof typeof leaseKeys = "manager"): string | undefined {
    const lease = this.log.object<KubeObject & { spec?: { holderIdentity?: string } }>(leaseKeys[role]);
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

  /** Sets a host's clock on or back; a kubelet and its container runtime read the same one. */
  jumpClock(host: string, byMs: number): void {
    const machine = this.machines.find(({ name }) => name === host);
    for (const one of [host, ...(machine === undefined ? [] : [machine.host])])
      this.world.jumpClock(one, byMs);
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
    const process = this.#process(host, `${host}_${boots}`);
    this.#running.set(host, process);
    process.env.tasks.spawn("start", () => this.#starts.get(host)?.(process) ?? Promise.resolve());
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
  checkObserver(): void {
    for (const difference of this.#observer.differences(this.log))
      this.findings.report("informer-differs", difference);
  }

  #define(): void {
    const { definitions = controllers, leaderElect = true, managers = 2 } = this.#options;
    this.#starts.set("api", (process) => this.#startApi(process));
    for (let index = 0; index < managers; index += 1)
      this.#starts.set(`cm-${index}`, (process) => startManager(process, definitions, leaderElect));
    for (const host of leaderElect ? ["scheduler", "scheduler-1"] : ["scheduler"])
      this.#starts.set(host, (process) => startScheduler(process, leaderElect));
    for (const [index, machine] of this.machines.entries())
      this.#starts.set(machine.name, (process) => startKubelet(process, machine, index));
    this.#starts.set("observer", (process) => this.#observer.start(process));
  }

  async #startApi(process: SimProcess): Promise<void> {
    this.#tokenKeys ??= process.env.crypto.generateKeyPair();
    const { world, catalog, disk, history } = this;
    const userNamed = (name: string): User => this.#users.get(name) ?? userOf(name);
    const opened = (store: RecordedStore): void => {
      this.#store = store;
    };
    await startApi(process, { world, catalog, disk, history, tokenKeys: this.#tokenKeys, userNamed, opened });
  }

  #process(host: string, identity: string): SimProcess {
    const env = this.world.env(host);
    const network = this.world.network.of(env);
    const client = (user: User): Client => {
      this.#users.set(user.name, user);
      const named = env.child(`as ${user.name.replaceAll("/", "-")}`);
      const link = new LinkTransport(named, { network }, { address: apiAddress, user: user.name });
      const caller = { host, identity, user: user.name };
      return createClient(new AuditedTransport(link, caller, this.#auditDeps()), { fieldManager: host });
    };
    const isAlive = (): boolean => this.#running.get(host)?.identity === identity;
    return { env, identity, signal: new AbortController().signal, client, isAlive };
  }

  #auditDeps(): AuditDeps {
    return {
      log: this.log,
      catalog: this.catalog,
      violation: this.findings.report,
      crashAfter: (call) => this.#crashAfter(call),
      sent: (call) => this.onSent(call),
      lag: (caller) => this.#lag(caller),
      losesRenewals: (caller) => this.renewalsLost.has(caller.host),
      takesFinalizers: (key) => this.finalizersTaken.add(key),
      isAlive: (caller) => this.#isAlive(caller),
      leaderOf: (host) => this.#leaderOf(host),
    };
  }

  #leaderOf(host: string): string | undefined {
    const role = host.startsWith("cm-") ? "manager" : host.startsWith("scheduler") ? "scheduler" : undefined;
    if (role === undefined || this.#options.leaderElect === false) return undefined;
    return this.leader(role) ?? "nobody";
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

  /** An error that a component logs is a finding, unless it is of a fault (or its own end, which `#hostFailed` judges). */
  #heard({ level, name, message, fields }: LogEntry): void {
    if (level !== "error" || message === "Task failed") return;
    const text = `${name}: ${message} ${JSON.stringify(fields)}`;
    if (!text.includes(syncFailed)) this.findings.report("error-logged", text);
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
