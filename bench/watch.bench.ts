/**
 * Watchers: what an event costs with many that do not want it, and with many that do.
 * Run: `npm run bench -- watch [--small]`.
 */
import { type Pod, pods as podResource } from "#api";
import { type Cluster, startCluster } from "#cluster";
import { createAll, getJson } from "./harness/api-calls.ts";
import { closedLoop, LeanConnection, requestBytes, type Target } from "./harness/lean-connection.ts";
import { benchPod, plainPod } from "./harness/objects.ts";
import { type Figure, main, percentile, type Report } from "./harness/report.ts";
import { ServerProcess } from "./harness/server-process.ts";

export interface WatchBenchSize {
  /** Watchers of one node each. */
  readonly single: number;
  readonly fanOut: number;
  readonly many: number;
  readonly events: number;
}

const merge = "application/merge-patch+json";
const signal = new AbortController().signal;

/** CPU of an event of one node's pod, among `count` watchers of a node each. */
async function singleNode(count: number, events: number): Promise<{ us: number; delivered: number }> {
  await using cluster = await startCluster({ controllers: false, scheduler: false, virtualNodes: 0 });
  const pods = cluster.client().of<Pod>(podResource);
  for (const at of [0, 1]) {
    const pod = plainPod(`p-${at}`, { nodeName: `n-${at}`, serviceAccountName: "default" });
    await pods.create(pod as unknown as Pod, signal);
  }
  const stop = new AbortController();
  const seen = { delivered: 0 };
  for (let at = 0; at < count; at += 1) await follow(cluster, `n-${at}`, seen, stop.signal);
  const round = async (first: number): Promise<void> => {
    seen.delivered = 0;
    for (let at = first; at < first + events; at += 1) {
      await pods.patch({ namespace: "default", name: `p-${at % 2}` }, "merge", annotation(at), signal);
    }
    while (seen.delivered < events) await cluster.env.clock.yield();
  };
  await round(0);
  const before = process.threadCpuUsage();
  await round(events);
  const used = process.threadCpuUsage(before);
  stop.abort();
  return { us: (used.user + used.system) / events, delivered: seen.delivered };
}

async function follow(
  cluster: Cluster,
  node: string,
  seen: { delivered: number },
  stop: AbortSignal,
): Promise<void> {
  const fieldSelector = `spec.nodeName=${node}`;
  const pods = cluster.client().of<Pod>(podResource);
  const { resourceVersion } = await pods.list({ namespace: "default", limit: 1 }, signal);
  const options = { namespace: "default", fieldSelector, resourceVersion };
  const batches = await pods.watch(options, stop);
  void (async () => {
    for await (const batch of batches) seen.delivered += batch.length;
  })().catch(() => {}); // ends by abort
}

function annotation(at: number): object {
  return { metadata: { annotations: { at: String(at) } } };
}

/**
 * Counts frames, which end in a newline of their own; the transfer encoding's newlines follow a carriage
 * return.
 */
function frameCounter(count: () => void): (chunk: Buffer) => void {
  let last = 0;
  return (chunk) => {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) {
      if ((at === 0 ? last : chunk[at - 1]) === 125) count();
    }
    last = chunk.at(-1) ?? last;
  };
}

interface Delivered {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly figure: Pick<Figure, "usage" | "operations">;
  readonly kbPerIdleWatch: number;
}

async function headOf(connection: LeanConnection, target: Target, path: string): Promise<string> {
  const list = (await getJson(connection, target, `${path}?limit=1`)) as {
    readonly metadata: { readonly resourceVersion: string };
  };
  return list.metadata.resourceVersion;
}

/** `watchers` TLS connections that see everything; `writers` patch. */
async function overTls(watchers: number, writers: number, events: number): Promise<Delivered> {
  await using server = await ServerProcess.start();
  const { target } = server;
  const path = "/api/v1/namespaces/default/pods";
  const objects = Array.from({ length: 50 }, (_, at) => benchPod({ name: `p-${at}` }, at));
  await createAll(target, path, objects);
  const patch = (at: number): Buffer =>
    requestBytes(target, "PATCH", `${path}/p-${at % 50}`, JSON.stringify(annotation(at)), merge);
  await closedLoop(target, writers, events, patch);
  const before = await server.settle();
  const open: LeanConnection[] = [];
  let delivered = 0;
  let resourceVersion = "";
  const counter = (): ((chunk: Buffer) => void) =>
    frameCounter(() => {
      delivered += 1;
    });
  for (let at = 0; at < watchers; at += 1) {
    const connection = await LeanConnection.open(target);
    open.push(connection);
    if (at === 0) resourceVersion = await headOf(connection, target, path);
    const watch = requestBytes(target, "GET", `${path}?watch=1&resourceVersion=${resourceVersion}`);
    await connection.follow(watch, counter());
  }
  const idle = await server.settle();
  delivered = 0;
  const started = performance.now();
  const { value, usage } = await server.measure(async () => {
    const { latenciesMs } = await closedLoop(target, writers, events, (at) => patch(events + at));
    while (delivered < watchers * events) await new Promise(setImmediate);
    return { latenciesMs, ms: performance.now() - started };
  });
  for (const connection of open) connection[Symbol.dispose]();
  return {
    perSecond: (delivered / value.ms) * 1_000,
    p50Ms: percentile(value.latenciesMs, 0.5),
    figure: { usage, operations: delivered },
    kbPerIdleWatch: ((idle.residentMb - before.residentMb) * 1_000) / watchers,
  };
}

export async function watchBench(size: WatchBenchSize): Promise<Report> {
  const two = await singleNode(2, size.events);
  const all = await singleNode(size.single, size.events);
  const fan = await overTls(size.fanOut, 16, size.events);
  const many = await overTls(size.many, 1, Math.ceil(size.events / 5));
  const figures: Figure[] = [
    { name: "event, 2 single-node watchers", value: two.us, unit: "us" },
    { name: `event, ${size.single} single-node watchers`, value: all.us, unit: "us", budget: two.us * 1.2 },
    {
      name: `fan-out to ${size.fanOut} TLS watchers`,
      value: fan.perSecond,
      unit: "/s",
      budget: 250_000,
      ...fan.figure,
    },
    {
      name: `a writer's p50 beside ${size.many} watchers`,
      value: many.p50Ms,
      unit: "ms",
      budget: 1,
      ...many.figure,
    },
    { name: "idle watch on its own connection", value: many.kbPerIdleWatch, unit: "KB", budget: 80 },
  ];
  return { figures, work: { ...size, delivered: [two.delivered, all.delivered] } };
}

if (import.meta.main) {
  await main("Watch", watchBench, {
    full: { single: 20_000, fanOut: 100, many: 1_000, events: 1_000 },
    small: { single: 200, fanOut: 5, many: 20, events: 50 },
  });
}
