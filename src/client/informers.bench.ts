/**
 * What informers of pods hold in the server's process: as followers of the server's state, and, for comparison, with copies
 * of their own as over a link. The server with its pods is the base. Run: `npm run bench -- informers [PODS] [INFORMERS]`.
 */
import { cpus } from "node:os";
import { type Pod, pods } from "#api";
import type { Env } from "#base";
import { SimWorld } from "#base/sim";
import { adminUser, startApiServer } from "../../test/testing/api-server.ts";
import type { Client, Informer } from "./client.ts";
import { HandlerTransport } from "./handler-transport.ts";
import { InformerSet } from "./informer-set.ts";
import type { Transport } from "./transport.ts";
import { createClient } from "./typed-client.ts";

export interface InformersSize {
  readonly pods: number;
  /** Sets with an informer each, as components of one process have. */
  readonly informers: number;
}

interface Row {
  readonly name: string;
  readonly figures: Readonly<Record<string, string>>;
}

const signal = new AbortController().signal;
const NOTE_BYTES = 2_000;
const REST_MS = 60_000;

type Way = "following" | "copying";

/** One row for each way. */
export async function informersBench(size: InformersSize): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const way of ["following", "copying"] as const) rows.push(await measure(way, size));
  return rows;
}

/** In virtual time, so that the minute of rest costs nothing. */
async function measure(way: Way, size: InformersSize): Promise<Row> {
  const world = new SimWorld(way);
  const rows: Row[] = [];
  await world.run(async () => {
    rows.push(await measureIn(world.env("bench"), way, size));
    await world.env("bench")[Symbol.asyncDispose]();
  });
  return rows[0] as Row;
}

async function measureIn(env: Env, way: Way, size: InformersSize): Promise<Row> {
  const { server } = await startApiServer(env);
  const transport: Transport = new HandlerTransport(server.handlerFor(adminUser));
  const admin = createClient(transport, { fieldManager: "bench" });
  for (let at = 0; at < size.pods; at += 1) await admin.of(pods).create(pod(at), signal);
  await env.clock.sleep(REST_MS);
  const before = heap();
  const client =
    way === "following" ? admin : createClient(withoutFollow(transport), { fieldManager: "bench" });
  const startMs = performance.now();
  await using stack = new AsyncDisposableStack();
  const informers = await Promise.all(
    Array.from({ length: size.informers }, (_, at) => followPods(env.child(`i${at}`), client, stack)),
  );
  const syncMs = performance.now() - startMs;
  const busy = heap() - before;
  await env.clock.sleep(REST_MS);
  const rest = heap() - before;
  const seen = new Set(informers.map(({ lister }) => lister.list().length));
  const listMs = performance.now();
  for (const { lister } of informers) lister.list();
  const warmMs = (performance.now() - listMs) / size.informers;
  return {
    name: `${size.informers} informers of pods, ${way}`,
    figures: {
      pods: [...seen].join(),
      "at rest": megabytes(rest),
      "after sync": megabytes(busy),
      sync: `${syncMs.toFixed(0)} ms`,
      list: `${warmMs.toFixed(1)} ms`,
    },
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

async function followPods(env: Env, client: Client, stack: AsyncDisposableStack): Promise<Informer<Pod>> {
  const set = stack.use(new InformerSet(env, { client }));
  const informer = set.of(pods);
  informer.index("node", ({ spec }) => [spec.nodeName ?? ""]);
  await set.start(signal);
  return informer;
}

function withoutFollow(inner: Transport): Transport {
  return {
    request: (request, callSignal) => inner.request(request, callSignal),
    watch: (request, callSignal) => inner.watch(request, callSignal),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

/** About 5 KB as JSON. */
function pod(at: number) {
  const annotations = { note: `${at} ${"x".repeat(NOTE_BYTES)}` };
  const metadata = { name: `p${at}`, namespace: "default", labels: { app: `a${at % 50}` }, annotations };
  const env = Array.from({ length: 30 }, (_, each) => ({
    name: `VARIABLE_${each}`,
    value: `value of ${each}`,
  }));
  const spec = { nodeName: `n${at % 100}`, containers: [{ name: "main", image: "app:1", env }] };
  return { metadata, spec };
}

function heap(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

if (import.meta.main) {
  const [count = 5_000, informers = 3] = process.argv.slice(2).map(Number);
  console.log(`${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}`);
  for (const { name, figures } of await informersBench({ pods: count, informers })) {
    const text = Object.entries(figures).map(([key, figure]) => `${key} ${figure}`);
    console.log(`${name.padEnd(40)} ${text.join(", ")}`);
  }
}
