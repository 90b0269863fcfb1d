/**
 * What virtual nodes cost beside the API server on a memory store, in real time: idle nodes, and pods bound
 * to them until all are Ready. `main` is CPU of the main thread, the server's part included. Run: `npm run
 * bench -- virtual-nodes [NODES] [PODS PER NODE]`.
 */
import { createHash } from "node:crypto";
import { cpus } from "node:os";
import { pods, resources, type Service, services } from "#api";
import { ApiServer, Catalog, describeRecords, MASTERS, userOf } from "#apiserver";
import type { Env } from "#base";
import { createRealEnv } from "#base/real";
import { type Client, createClient, HandlerTransport, InformerSet, type Lister } from "#client";
import { MemoryJournal, RevisionStore } from "#store";
import { Kubelet } from "./kubelet.ts";
import { ApiReferences } from "./pod/references.ts";
import { SimCgroups, SimDialer, SimImages, SimRuntime, SimStats, SimVolumes } from "./runtime/sim/mod.ts";

export interface VirtualNodesSize {
  readonly nodes: number;
  readonly podsPerNode: number;
}

interface Row {
  readonly name: string;
  readonly figures: Readonly<Record<string, string>>;
}

const signal = new AbortController().signal;

/** One row for the idle nodes, one for the pods. */
export async function virtualNodesBench(size: VirtualNodesSize): Promise<readonly Row[]> {
  await using env = createRealEnv({ name: "bench", logLevel: "error" });
  const describe = describeRecords(new Catalog(resources));
  await using store = new RevisionStore(env.child("store"), { journal: new MemoryJournal(), describe });
  await store.start(signal);
  const deps = { store, resources, tokenKeys: [env.crypto.generateKeyPair()] };
  await using server = new ApiServer(env, deps, { rootCertificate: "" });
  await server.start(signal);
  const admin = clientOf(server, "admin", [MASTERS]);
  const shared = new InformerSet(env.child("shared"), { client: admin });
  const lister = shared.of(services).lister;
  await shared.start(signal);
  await using stack = new AsyncDisposableStack();
  const before = heap();
  const idle = await measure(size.nodes, async () => {
    for (let index = 0; index < size.nodes; index += 1) {
      stack.use(await startNode(env.child(`n${index}`), server, lister, `n${index}`));
    }
  });
  const kilobytes = ((heap() - before) / size.nodes / 1024).toFixed(0);
  const count = size.nodes * size.podsPerNode;
  const busy = await measure(count, () => runPods(env, admin, size));
  const list = await admin.of(pods).list({}, signal);
  const names = list.items.map((one) => `${one.metadata.name} ${one.status.phase}`).sort();
  const hash = createHash("sha256").update(names.join()).digest("hex").slice(0, 12);
  return [
    {
      name: `${size.nodes} idle nodes`,
      figures: { ...idle, heap: `${kilobytes} KB each with their objects` },
    },
    { name: `${count} pods to Ready`, figures: { ...busy, rss: `${rssMegabytes()} MB`, hash } },
  ];
}

async function startNode(
  env: Env,
  server: ApiServer,
  lister: Lister<Service>,
  name: string,
): Promise<Kubelet> {
  const client = clientOf(server, `system:node:${name}`, ["system:nodes"]);
  const informers = new InformerSet(env.child("informers"), { client });
  const images = new SimImages(env, {});
  const runtime = new SimRuntime(env, { images });
  const references = new ApiReferences({ client, services: lister });
  const machine = {
    hostname: name,
    addresses: ["127.0.0.1"],
    cpuMillis: 32_000,
    memoryBytes: 2 ** 38,
    ephemeralStorageBytes: 2 ** 40,
    machineId: name,
    systemUuid: name,
    bootId: name,
    kernelVersion: "",
    osImage: "",
    operatingSystem: "linux",
    appArmor: false,
    containerCgroup: {},
    architecture: "amd64",
  };
  const dialer = new SimDialer({ runtime });
  const volumes = new SimVolumes({ references, runtime });
  const cgroups = new SimCgroups();
  const stats = new SimStats(machine);
  const deps = {
    client,
    informers,
    services: lister,
    runtime,
    images,
    dialer,
    volumes,
    cgroups,
    stats,
    machine,
  };
  const kubelet = new Kubelet(env, deps, { nodeName: name });
  await kubelet.start(signal);
  return kubelet;
}

async function runPods(env: Env, admin: Client, size: VirtualNodesSize): Promise<void> {
  const count = size.nodes * size.podsPerNode;
  for (let index = 0; index < count; index += 1) {
    const spec = {
      nodeName: `n${index % size.nodes}`,
      automountServiceAccountToken: false,
      containers: [{ name: "main", image: "nginx" }],
    };
    await admin.of(pods).create({ metadata: { name: `p${index}`, namespace: "default" }, spec }, signal);
  }
  for (;;) {
    const { items } = await admin.of(pods).list({}, signal);
    const ready = items.filter((pod) =>
      pod.status.conditions?.some((one) => one.type === "Ready" && one.status === "True"),
    );
    if (ready.length === count) return;
    await env.clock.sleep(50);
  }
}

function clientOf(server: ApiServer, name: string, groups: readonly string[]): Client {
  const handler = server.handlerFor(userOf(name, [...groups, "system:authenticated"]));
  return createClient(new HandlerTransport(handler), { fieldManager: "bench" });
}

async function measure(count: number, body: () => Promise<void>): Promise<Record<string, string>> {
  const [main, start] = [process.threadCpuUsage(), performance.now()];
  await body();
  const used = process.threadCpuUsage(main);
  const ms = performance.now() - start;
  return {
    took: `${(ms / 1000).toFixed(2)} s`,
    main: `${((used.user + used.system) / count / 1000).toFixed(2)} ms each`,
  };
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function rssMegabytes(): number {
  return Math.round(process.memoryUsage().rss / 2 ** 20);
}

if (import.meta.main) {
  const [nodes = 100, podsPerNode = 30] = process.argv.slice(2).map(Number);
  console.log(`${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}`);
  for (const { name, figures } of await virtualNodesBench({ nodes, podsPerNode })) {
    const text = Object.entries(figures).map(([key, figure]) => `${key} ${figure}`);
    console.log(`${name.padEnd(24)} ${text.join(", ")}`);
  }
}
