/**
 * Starts the components beside the API server over an `Access`, the same way in the one-process cluster and alone. Each
 * returns what stops it.
 */
import { pods, type Service, services } from "#api";
import type { Component, Env } from "#base";
import {
  type Client,
  createClient,
  EventRecorder,
  FencedTransport,
  InformerSet,
  LeaderElection,
  type Lister,
} from "#client";
import { ControllerManager, controllers } from "#controllers";
import {
  Kubelet,
  KubeletServer,
  type MachineInfo,
  SimCgroups,
  type ServeKubelet,
  SimDialer,
  SimImages,
  SimRuntime,
  SimStats,
  SimStreams,
  SimVolumes,
  ApiReferences,
} from "#kubelet";
import { defaultPlugins, Scheduler } from "#scheduler";
import type { Access } from "./access.ts";
import { nodeAddressOf, podCidrOf } from "./network-ranges.ts";
import { controllerManagerIdentity, kubeletIdentity, schedulerIdentity } from "./identities.ts";

export interface ControllersOptions {
  /** PEM, published in every namespace. */
  readonly rootCa: string;
  /** False where no other controller manager can exist. */
  readonly leaderElect: boolean;
  readonly identity: string;
  /** Whether nodes get ranges of pod addresses. */
  readonly allocateNodeCidrs: boolean;
  /** Which those are cut from. Default `10.244.0.0/16`. */
  readonly clusterCidr?: string;
  /** How long a node may be silent. Default: upstream's. */
  readonly nodeMonitorGracePeriodMs?: number;
}

/** Every controller of the table, each as its own service account. */
export async function startControllers(
  env: Env,
  access: Access,
  options: ControllersOptions,
  signal: AbortSignal,
): Promise<Component> {
  const manager = "kube-controller-manager";
  const clientFor = (account?: string): Client =>
    account === undefined
      ? access.client(controllerManagerIdentity, manager)
      : access.accountClient(account, manager);
  return started(new ControllerManager(env, { clientFor, definitions: controllers }, options), signal);
}

/** The default scheduler; with an `identity` it stands for election, and writes only while it leads. */
export async function startScheduler(
  env: Env,
  access: Access,
  identity: string | undefined,
  signal: AbortSignal,
): Promise<Component> {
  const own = access.client(schedulerIdentity, "kube-scheduler");
  const election = identity === undefined ? undefined : electionOf(env, own, identity);
  const client =
    election === undefined
      ? own
      : createClient(new FencedTransport(own.raw, () => election.leading()), {
          fieldManager: "kube-scheduler",
        });
  const informers = new InformerSet(env.child("informers"), { client });
  const events = new EventRecorder(env.child("events"), { client }, { component: "default-scheduler" });
  const lead = election === undefined ? {} : { lead: election.run.bind(election) };
  return started(
    new Scheduler(env, { client, informers, events, ...lead }, { plugins: defaultPlugins }),
    signal,
  );
}

function electionOf(env: Env, client: Client, identity: string): LeaderElection {
  const lease = { namespace: "kube-system", name: "kube-scheduler", identity };
  return new LeaderElection(env.child("leader-election"), { client }, lease);
}

/** Which virtual node. */
export interface VirtualNodeOptions {
  readonly name: string;
  /** Its place among its cluster's, which its addresses follow from. */
  readonly index: number;
  /** Default `10.244.0.0/16`. */
  readonly clusterCidr?: string;
  /** Default `cluster.local`. */
  readonly clusterDomain?: string;
}

/** What virtual nodes of one process share. */
export interface VirtualNodeDeps {
  readonly serve: ServeKubelet;
  readonly services: Lister<Service>;
}

/** Services as all virtual nodes of a process see them: followed once, as the node of that name. */
export async function virtualNodeServices(
  env: Env,
  access: Access,
  name: string,
  signal: AbortSignal,
): Promise<Lister<Service>> {
  const client = access.client(kubeletIdentity(name), "kubelet");
  const informers = new InformerSet(env.child("services"), { client });
  const { lister } = informers.of(services);
  await informers.start(signal);
  return lister;
}

/** A node without a machine: the real kubelet over the simulated runtime. */
export async function startVirtualNode(
  env: Env,
  access: Access,
  { name, index, clusterCidr, clusterDomain }: VirtualNodeOptions,
  { serve, services: allServices }: VirtualNodeDeps,
  signal: AbortSignal,
): Promise<Component> {
  const client = access.client(kubeletIdentity(name), "kubelet");
  const informers = new InformerSet(env, { client });
  const images = new SimImages(env, {});
  const runtime = new SimRuntime(env, { images }, { podCidr: podCidrOf(index, clusterCidr) });
  const machine = virtualMachine(name, index);
  const references = new ApiReferences({ client, services: allServices });
  const deps = {
    client,
    informers,
    services: allServices,
    runtime,
    images,
    dialer: new SimDialer({ runtime }),
    volumes: new SimVolumes({ references, runtime }),
    cgroups: new SimCgroups(),
    stats: new SimStats(machine),
    machine,
  };
  const streams = new SimStreams({ runtime });
  const own = informers.of(pods, { fieldSelector: `spec.nodeName=${name}` }).lister;
  const server = new KubeletServer(
    env,
    { client, pods: own, runtime, streams, logs: streams },
    { nodeName: name },
  );
  const { addresses } = machine;
  const served = await serve({ nodeName: name, addresses, server }, signal);
  const port = served.port === undefined ? {} : { port: served.port };
  const domain = clusterDomain === undefined ? {} : { clusterDomain };
  const kubelet = await started(new Kubelet(env, deps, { nodeName: name, ...port, ...domain }), signal);
  return wholeNode(kubelet, [server, served], () => runtime.reboot());
}

/** A kubelet with what is around it: its streams end before it, and its machine, with all that runs there, after. */
function wholeNode(kubelet: Kubelet, servers: readonly AsyncDisposable[], halt: () => void): Component {
  return {
    start: (signal) => kubelet.start(signal),
    ready: () => kubelet.ready(),
    async [Symbol.asyncDispose]() {
      for (const server of servers) await server[Symbol.asyncDispose]();
      await kubelet[Symbol.asyncDispose]();
      halt();
    },
  };
}

/** Starts it; what cannot start is taken down. */
export async function started<T extends Component>(component: T, signal: AbortSignal): Promise<T> {
  try {
    await component.start(signal);
    return component;
  } catch (error) {
    await component[Symbol.asyncDispose]();
    throw error;
  }
}

/** Figures of a machine that nobody has: 32 cores, 256 GiB. */
function virtualMachine(name: string, index: number): MachineInfo {
  const id = index.toString(16).padStart(32, "0");
  return {
    hostname: name,
    addresses: [nodeAddressOf(index)],
    cpuMillis: 32_000,
    memoryBytes: 256 * 1024 ** 3,
    ephemeralStorageBytes: 1024 ** 4,
    machineId: id,
    systemUuid: id,
    bootId: id,
    kernelVersion: "navarch",
    osImage: "Navarch virtual node",
    operatingSystem: "linux",
    appArmor: false,
    containerCgroup: {},
    architecture: "amd64",
  };
}
