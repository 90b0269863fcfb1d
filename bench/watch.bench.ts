/**
 * Watchers: what an event costs with many that do not want it, and with many that do.
 * Run: `npm run bench -- watch [--small]`.
 */
import { once } from "node:events";
import { connect } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { type Pod, pods as podResource } from "#api";
import { type Cluster, startCluster } from "#cluster";
import { createAll, getJson } from "./harness/api-calls.ts";
import { closedLoop, LeanConnection, requestBytes, type Target } from "./harness/lean-connection.ts";
import { MutedWatches, nowMs } from "./harness/muted-watch.ts";
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

const SINGLE_ROUNDS = 5;
const merge = "application/merge-patch+json";
const signal = new AbortController().signal;

/** Watchers of a node each, of which two hear of anything. */
interface SingleNodes extends AsyncDisposable {
  /** CPU of each of so many events, in us. */
  round(events: number): Promise<number>;
}

async function singleNodes(count: number): Promise<SingleNodes> {
  const cluster = await startCluster({ controllers: false, scheduler: false, virtualNodes: 0 });
  const pods = cluster.client().of<Pod>(podResource);
  for (const at of [0, 1]) {
    const pod = plainPod(`p-${at}`, { nodeName: `n-${at}`, serviceAccountName: "default" });
    await pods.create(pod as unknown as Pod, signal);
  }
  const stop = new AbortController();
  const seen = { delivered: 0 };
  for (let at = 0; at < count; at += 1) await follow(cluster, `n-${at}`, seen, stop.signal);
  let next = 0;
  return {
    async round(events) {
      seen.delivered = 0;
      const before = process.threadCpuUsage();
      for (const last = next + events; next < last; next += 1) {
        await pods.patch({ namespace: "default", name: `p-${next % 2}` }, "merge", annotation(next), signal);
      }
      while (seen.delivered < events) await cluster.env.clock.yield();
      const used = process.threadCpuUsage(before);
      return (used.user + used.system) / events;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** The medians of rounds that take turns: one after the other, the second would be measured on warmer code and a larger heap. */
async function compareSingleNodes(
  count: number,
  events: number,
): Promise<{ readonly two: number; readonly all: number }> {
  await using few = await singleNodes(2);
  await using many = await singleNodes(count);
  const two: number[] = [];
  const all: number[] = [];
  for (let round = 0; round <= SINGLE_ROUNDS; round += 1) {
    const figures = [await few.round(events), await many.round(events)] as const;
    if (round === 0) continue; // the first warms the code
    two.push(figures[0]);
    all.push(figures[1]);
  }
  return { two: percentile(two, 0.5), all: percentile(all, 0.5) };
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
  /** Without watchers. */
  readonly aloneP50Ms: number;
  /** CPU of the main thread for each event besides its patch, which is measured without watchers. */
  readonly netUs: number;
  readonly figure: Pick<Figure, "usage" | "operations">;
  readonly kbPerIdleWatch: number;
}

const path = "/api/v1/namespaces/default/pods";

async function headOf(connection: LeanConnection, target: Target): Promise<string> {
  const list = (await getJson(connection, target, `${path}?limit=1`)) as {
    readonly metadata: { readonly resourceVersion?: string };
  };
  return list.metadata.resourceVersion ?? "1";
}

/** `watchers` TLS connections that see everything; `writers` patch. One of them counts, the others only receive. */
async function overTls(
  server: ServerProcess,
  watchers: number,
  writers: number,
  events: number,
  protocol: "h2" | "http/1.1" = "http/1.1",
): Promise<Delivered> {
  const { target } = server;
  // Each changes something: a patch that does not is no event.
  const run = performance.now();
  const patch = (at: number): Buffer =>
    requestBytes(target, "PATCH", `${path}/p-${at % 50}`, JSON.stringify(annotation(run + at)), merge);
  await closedLoop(target, writers, events, patch);
  const alone = await server.measure(() => closedLoop(target, writers, events, (at) => patch(events + at)));
  const before = await server.settle();
  using witness = await LeanConnection.open(target);
  const resourceVersion = await headOf(witness, target);
  const watch = requestBytes(target, "GET", `${path}?watch=1&resourceVersion=${resourceVersion}`);
  using muted = await MutedWatches.open(target, watch, watchers - 1, protocol);
  let seen = 0;
  const count = (): void => void (seen += 1);
  await witness.follow(watch, frameCounter(count));
  const idle = await server.settle();
  // Once without being measured: cold code costs twice as much.
  await closedLoop(target, writers, events, (at) => patch(2 * events + at));
  await muted.settled();
  seen = 0;
  await muted.clear();
  const started = nowMs();
  const { value, usage } = await server.measure(async () => {
    const { latenciesMs } = await closedLoop(target, writers, events, (at) => patch(3 * events + at));
    while (seen < events) await sleep(1);
    return { latenciesMs, received: await muted.settled() };
  });
  const { latenciesMs, received } = value;
  const all = received.bytes;
  if (Math.min(...all) < Math.max(...all) * 0.9) throw new Error(`Some watchers lack events: ${all.join()}`);
  const ms = received.lastMs - started;
  return {
    perSecond: ((events * watchers) / ms) * 1_000,
    p50Ms: percentile(latenciesMs, 0.5),
    aloneP50Ms: percentile(alone.value.latenciesMs, 0.5),
    netUs: ((usage.mainCpuMs - alone.usage.mainCpuMs) * 1_000) / (events * watchers),
    figure: { usage, operations: events * watchers },
    kbPerIdleWatch: ((idle.residentMb - before.residentMb) * 1_000) / watchers,
  };
}

async function withPods(kind: "cluster" | "canned"): Promise<ServerProcess> {
  const server = await ServerProcess.start({ kind });
  const objects = Array.from({ length: 50 }, (_, at) => benchPod({ name: `p-${at}` }, at));
  await createAll(server.target, path, objects);
  return server;
}

/**
 * Resident memory of a watch that is one of many streams of a connection, on a server of its own: what others left free
 * would hide it. As many before warm the code.
 */
async function kbPerStream(streams: number): Promise<number> {
  await using server = await withPods("cluster");
  const { host, port, ca, token } = server.target;
  const session = connect(`https://${host}:${port}`, { ca });
  const quiet = `${path}?watch=1&resourceVersion=0&labelSelector=no%3Dthing`;
  const headers = { ":path": quiet, authorization: `Bearer ${token}` };
  const resident = async (): Promise<number> => {
    await Promise.all(Array.from({ length: streams }, () => once(session.request(headers), "response")));
    return (await server.settle()).residentMb;
  };
  const before = await resident();
  const kb = (((await resident()) - before) * 1_000) / streams;
  session.destroy();
  return kb;
}

export async function watchBench(size: WatchBenchSize): Promise<Report> {
  const { two, all } = await compareSingleNodes(size.single, size.events);
  await using ours = await withPods("cluster");
  await using canned = await withPods("canned");
  const fan = await overTls(ours, size.fanOut, 16, size.events);
  const ceiling = await overTls(canned, size.fanOut, 16, size.events);
  const http2 = await overTls(ours, size.fanOut, 16, size.events, "h2");
  const many = await overTls(ours, size.many, 1, Math.ceil(size.events / 5));
  const stream = await kbPerStream(Math.min(size.many, 500));
  const figures: Figure[] = [
    { name: "event, 2 single-node watchers", value: two, unit: "us" },
    { name: `event, ${size.single} single-node watchers`, value: all, unit: "us", budget: two * 1.2 },
    {
      name: `fan-out to ${size.fanOut} TLS watchers`,
      value: fan.perSecond,
      unit: "/s",
      budget: 250_000,
      ceiling: ceiling.perSecond,
      ...fan.figure,
    },
    {
      name: "an event besides its patch, main thread",
      value: fan.netUs,
      unit: "us",
      ceiling: ceiling.netUs,
    },
    {
      name: `fan-out to ${size.fanOut} TLS watchers, HTTP/2`,
      value: http2.perSecond,
      unit: "/s",
      budget: 250_000,
      ...http2.figure,
      note: `${http2.netUs.toFixed(2)} us an event besides its patch, main thread`,
    },
    {
      name: `a writer's p50 beside ${size.many} watchers`,
      value: many.p50Ms,
      unit: "ms",
      budget: 1,
      ...many.figure,
      note: `without watchers ${many.aloneP50Ms.toFixed(2)} ms`,
    },
    { name: "idle watch on its own connection", value: many.kbPerIdleWatch, unit: "KB", budget: 82 },
    { name: "idle watch as a stream of many", value: stream, unit: "KB", budget: 10.2 },
  ];
  return { figures, work: { ...size } };
}

if (import.meta.main) {
  await main("Watch", watchBench, {
    full: { single: 20_000, fanOut: 100, many: 1_000, events: 2_000 },
    small: { single: 200, fanOut: 5, many: 20, events: 50 },
  });
}
