/**
 * What runs on the hosts of a simulated cluster, each from its constructors: a role gets a process, and makes its
 * component there. Everything that a component needs of the outside comes from the process.
 */
import { resources, services } from "#api";
import { ApiServer, type Catalog, describeRecords, serviceAccountUser, type User, userOf } from "#apiserver";
import type { Env, KeyPair } from "#base";
import type { SimWorld } from "#base/sim";
import {
  type Client,
  createClient,
  EventRecorder,
  FencedTransport,
  InformerSet,
  LeaderElection,
  serveLink,
} from "#client";
import { type ControllerDefinition, ControllerManager } from "#controllers";
import { ApiReferences, Kubelet, type MachineInfo, SimCgroups, SimStats, SimVolumes } from "#kubelet";
import { defaultPlugins, Scheduler } from "#scheduler";
import { RevisionStore } from "#store";
import { FaultyJournal, type JournalDisk } from "./faulty-journal.ts";
import type { Machine } from "./machine.ts";
import { RecordedStore, type StoreHistory } from "./recorded-store.ts";

export const apiAddress = "api:6443";

/** One life of a host, from boot to crash. */
export interface SimProcess {
  readonly env: Env;
  /** Unique in the run: `cm-0_3`. */
  readonly identity: string;
  /** Nobody aborts it: processes here end by a crash. */
  readonly signal: AbortSignal;
  /** A client over a link of its own, under audit. */
  client(user: User): Client;
  isAlive(): boolean;
}

export interface ApiParts {
  readonly world: SimWorld;
  readonly catalog: Catalog;
  readonly disk: JournalDisk;
  readonly history: StoreHistory;
  readonly tokenKeys: KeyPair;
  /** The user of that name; a connection says only the name. */
  readonly userNamed: (name: string) => User;
  /** Hears of the store when it is open. */
  readonly opened: (store: RecordedStore) => void;
}

/** Store and API server, listening on `apiAddress`. */
export async function startApi({ env, signal }: SimProcess, parts: ApiParts): Promise<void> {
  const journal = new FaultyJournal(env.child("disk"), parts.disk);
  const storeDeps = { journal, describe: describeRecords(parts.catalog) };
  const store = new RecordedStore(new RevisionStore(env.child("store"), storeDeps), parts.history);
  await store.start(signal);
  parts.opened(store);
  const deps = { store, resources, tokenKeys: [parts.tokenKeys] };
  const server = new ApiServer(env.child("apiserver"), deps, { rootCertificate: "the authority" });
  await server.start(signal);
  const handlerFor = (name: string) => server.handlerFor(parts.userNamed(name));
  const network = parts.world.network.of(env);
  await serveLink(env.child("link"), { network, handlerFor }, apiAddress, signal);
}

/** All controllers, each as its own service account. */
export async function startManager(
  process: SimProcess,
  definitions: readonly ControllerDefinition[],
  leaderElect: boolean,
): Promise<void> {
  const { env, identity, signal } = process;
  const own = userOf("system:kube-controller-manager", ["system:authenticated"]);
  const clientFor = (account?: string): Client =>
    process.client(account === undefined ? own : serviceAccountUser("kube-system", account));
  const options = { identity, rootCa: "the authority", leaderElect };
  await new ControllerManager(env, { clientFor, definitions }, options).start(signal);
}

/** A scheduler, one of several that stand for election unless it always leads. */
export async function startScheduler(process: SimProcess, leaderElect: boolean): Promise<void> {
  const { env, identity, signal } = process;
  const own = process.client(userOf("system:kube-scheduler", ["system:authenticated"]));
  const lease = { namespace: "kube-system", name: "kube-scheduler", identity };
  const election = new LeaderElection(env.child("leader-election"), { client: own }, lease);
  const fenced = new FencedTransport(own.raw, () => election.leading());
  const client = leaderElect ? createClient(fenced, { fieldManager: "kube-scheduler" }) : own;
  const lead = leaderElect ? { lead: election.run.bind(election) } : {};
  const informers = new InformerSet(env.child("informers"), { client });
  const events = new EventRecorder(env.child("events"), { client }, { component: "default-scheduler" });
  await new Scheduler(env, { client, informers, events, ...lead }, { plugins: defaultPlugins }).start(signal);
}

/** A kubelet over its machine's runtime, which it may find as its predecessor left it. */
export async function startKubelet(process: SimProcess, machine: Machine, index: number): Promise<void> {
  const { env, signal } = process;
  const { name } = machine;
  const client = process.client(userOf(`system:node:${name}`, ["system:nodes", "system:authenticated"]));
  const informers = new InformerSet(env.child("informers"), { client });
  const allServices = informers.of(services).lister;
  const references = new ApiReferences({ client, services: allServices });
  const alive = (): boolean => process.isAlive();
  const deps = {
    client,
    informers,
    services: allServices,
    runtime: machine.runtimeFor(alive),
    images: machine.imagesFor(alive),
    dialer: machine.dialerFor(alive),
    volumes: new SimVolumes({ references, runtime: machine.runtime }),
    cgroups: new SimCgroups(),
    stats: new SimStats(machineInfo(name, index)),
    machine: machineInfo(name, index),
  };
  await new Kubelet(env, deps, { nodeName: name }).start(signal);
}

function machineInfo(name: string, index: number): MachineInfo {
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
    appArmor: false,
    containerCgroup: {},
    architecture: "amd64",
  };
}
