/**
 * The API server under load over TLS, durable: a lean generator of ours, h2load and the common load, each
 * beside the same load against canned bytes. Run: `npm run bench -- api [--small]`.
 */
import { commonLoad, commonLoadExists, type CommonLoadSize } from "./harness/common-load.ts";
import { h2load } from "./harness/h2load.ts";
import { closedLoop, type LoopResult, requestBytes } from "./harness/lean-connection.ts";
import { MutedWatches } from "./harness/muted-watch.ts";
import { benchPod } from "./harness/objects.ts";
import type { Usage } from "./harness/probe.ts";
import { type Figure, main, percentile, type Report } from "./harness/report.ts";
import { ServerProcess } from "./harness/server-process.ts";

export interface ApiBenchSize {
  readonly requests: number;
  readonly connections: number;
  readonly common: CommonLoadSize;
}

interface Run {
  readonly name: string;
  readonly budget?: number;
  readonly connections: number;
  readonly count: number;
  readonly make: (index: number) => readonly [method: string, path: string, body?: string, type?: string];
}

const pods = "/api/v1/namespaces/lean/pods";
const merge = "application/merge-patch+json";
const json = "application/json-patch+json";
const strategic = "application/strategic-merge-patch+json";
const apply = "application/apply-patch+yaml";

function runs(size: ApiBenchSize): readonly Run[] {
  const { requests, connections } = size;
  const body = (index: number): string => JSON.stringify(benchPod({ name: `p-${index}` }, index % 50));
  const patch = (index: number): string =>
    JSON.stringify({ metadata: { labels: { patched: String(index) } } });
  const add = (index: number): string =>
    JSON.stringify([{ op: "add", path: "/metadata/labels/json", value: String(index) }]);
  const note = (key: string, index: number): string => {
    const metadata = { name: `p-${index}`, annotations: { [key]: String(index) } };
    return JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata });
  };
  const status = (index: number): string =>
    JSON.stringify({ status: { phase: "Running", podIP: `10.0.0.${index % 250}` } });
  const common = { connections, count: requests };
  return [
    { ...common, name: "create", budget: 7_000, make: (i) => ["POST", pods, body(i)] },
    { ...common, name: "get", budget: 35_000, make: (i) => ["GET", `${pods}/p-${i}`] },
    {
      ...common,
      name: "merge patch",
      budget: 5_000,
      make: (i) => ["PATCH", `${pods}/p-${i}`, patch(i), merge],
    },
    { ...common, name: "json patch", budget: 5_000, make: (i) => ["PATCH", `${pods}/p-${i}`, add(i), json] },
    {
      ...common,
      name: "strategic merge patch",
      budget: 5_000,
      make: (i) => ["PATCH", `${pods}/p-${i}`, note("strategic", i), strategic],
    },
    {
      ...common,
      name: "apply",
      budget: 5_000,
      make: (i) => ["PATCH", `${pods}/p-${i}?fieldManager=b&force=true`, note("apply", i), apply],
    },
    {
      ...common,
      name: "status patch",
      budget: 5_000,
      make: (i) => ["PATCH", `${pods}/p-${i}/status`, status(i), merge],
    },
    {
      name: "list 100 by label",
      connections: 4,
      count: Math.ceil(requests / 25),
      budget: 1_000,
      make: (i) => ["GET", `${pods}?labelSelector=app%3Da${i % 50}`],
    },
    {
      ...common,
      name: "delete",
      budget: 5_000,
      make: (i) => ["DELETE", `${pods}/p-${i}?gracePeriodSeconds=0`],
    },
  ];
}

interface Outcome {
  readonly result: LoopResult;
  readonly usage: Usage;
}

/** Outcomes by the name of the run, and the server's memory after a collection, empty and with the pods. */
interface Lean {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Of the same runs when the server has just started, and compiles what it runs. */
  readonly cold: ReadonlyMap<string, Outcome>;
  readonly empty: Usage;
  readonly full: Usage;
}

async function lean(server: ServerProcess, size: ApiBenchSize): Promise<Lean> {
  const { target } = server;
  await makeNamespace(server, "lean");
  const empty = await server.settle();
  const { outcomes: cold, full } = await allRuns(server, size);
  const { outcomes } = await allRuns(server, size);
  const sequential = Math.ceil(size.requests / 25);
  const one = (i: number): Buffer =>
    requestBytes(target, "POST", pods, JSON.stringify(benchPod({ name: `s-${i}` }, 0)));
  const { value, usage } = await server.measure(() => closedLoop(target, 1, sequential, one));
  outcomes.set("sequential", { result: value, usage });
  return { outcomes, cold, empty, full };
}

/** Every run once; the last deletes what the first has created. */
async function allRuns(
  server: ServerProcess,
  size: ApiBenchSize,
): Promise<{ readonly outcomes: Map<string, Outcome>; readonly full: Usage }> {
  const { target } = server;
  let full: Usage | undefined;
  const outcomes = new Map<string, Outcome>();
  for (const { name, connections, count, make } of runs(size)) {
    const requests = Array.from({ length: count }, (_, index) => requestBytes(target, ...make(index)));
    const run = (): Promise<LoopResult> =>
      closedLoop(target, connections, count, (index) => requests[index] as Buffer);
    if (name === "get") await run(); // cold code costs twice as much
    const { value, usage } = await server.measure(run);
    outcomes.set(name, { result: value, usage });
    if (name === "create") full = await server.settle();
    if (name === "get") outcomes.set("list all", await listAll(server));
  }
  return { outcomes, full: full ?? (await server.settle()) };
}

/** What stays of each thousand pods. */
function memoryFigure({ requests }: ApiBenchSize, { empty, full }: Lean): Figure {
  const per = (part: "residentMb" | "heapMb" | "externalMb"): number =>
    ((full[part] - empty[part]) * 1_000) / requests;
  const note = `of it heap ${per("heapMb").toFixed(1)} MB, external ${per("externalMb").toFixed(1)} MB`;
  return { name: "lean: memory per 1,000 pods", value: per("residentMb"), unit: "MB", note };
}

/** By a reader that does not decipher: one that does takes longer than the server. */
async function listAll(server: ServerProcess): Promise<Outcome> {
  const latenciesMs: number[] = [];
  let bytes = 0;
  const { usage } = await server.measure(async () => {
    while (latenciesMs.length < 5) {
      using reader = await MutedWatches.open(server.target, requestBytes(server.target, "GET", pods), 1);
      const received = await reader.settled();
      latenciesMs.push(received.tookMs);
      bytes += received.bytes[0] ?? 0;
    }
  });
  return { result: { perSecond: 0, latenciesMs, bad: 0, bytes }, usage };
}

async function makeNamespace(server: ServerProcess, name: string): Promise<void> {
  const post = (path: string, body: object): Buffer =>
    requestBytes(server.target, "POST", path, JSON.stringify({ apiVersion: "v1", ...body }));
  await closedLoop(server.target, 1, 1, () =>
    post("/api/v1/namespaces", { kind: "Namespace", metadata: { name } }),
  );
}

function leanFigures(
  size: ApiBenchSize,
  { outcomes: ours, cold }: Lean,
  canned: ReadonlyMap<string, Outcome>,
): Figure[] {
  const figures = runs(size).flatMap(({ name, budget, count }): Figure[] => {
    const outcome = ours.get(name);
    if (outcome === undefined) return [];
    const { result, usage } = outcome;
    const ceiling = canned.get(name)?.result.perSecond;
    const first = cold.get(name)?.usage;
    const eachUs = (ms = 0): string => ((ms * 1_000) / count).toFixed(0);
    const note =
      `p50 ${percentile(result.latenciesMs, 0.5).toFixed(2)} ms, p99 ${percentile(result.latenciesMs, 0.99).toFixed(2)} ms; ` +
      `cold: CPU main ${eachUs(first?.mainCpuMs)} us, all ${eachUs(first?.allCpuMs)} us`;
    return [
      {
        name: `lean: ${name}`,
        value: result.perSecond,
        unit: "/s",
        budget,
        ceiling,
        usage,
        operations: count,
        note,
      },
    ];
  });
  const median = (name: string, of = ours): number => percentile(of.get(name)?.result.latenciesMs ?? [], 0.5);
  figures.push(
    {
      name: "lean: create, one after the other, p50",
      value: median("sequential"),
      unit: "ms",
      budget: 0.8,
      ceiling: median("sequential", canned),
    },
    {
      name: `lean: list all (${((ours.get("list all")?.result.bytes ?? 0) / 5e6).toFixed(1)} MB), p50`,
      value: median("list all"),
      unit: "ms",
      budget: (35 * (ours.get("list all")?.result.bytes ?? 0)) / 5 / 25e6,
      usage: ours.get("list all")?.usage,
      operations: 5,
    },
  );
  return figures;
}

async function h2loadFigures(
  size: ApiBenchSize,
  ours: ServerProcess,
  canned: ServerProcess,
): Promise<Figure[]> {
  const body = JSON.stringify(benchPod({ generateName: "h-" }, 0));
  await makeNamespace(ours, "h2");
  await closedLoop(ours.target, 1, 1, () =>
    requestBytes(
      ours.target,
      "POST",
      "/api/v1/namespaces/h2/pods",
      JSON.stringify(benchPod({ name: "one" }, 0)),
    ),
  );
  const options = { requests: size.requests, connections: 4, streams: 16 };
  const loads = [
    { name: "create", path: "/api/v1/namespaces/h2/pods", budget: 7_000, options: { ...options, body } },
    { name: "get", path: "/api/v1/namespaces/h2/pods/one", budget: 35_000, options },
  ];
  const figures: Figure[] = [];
  for (const { name, path, budget, options: load } of loads) {
    const { value, usage } = await ours.measure(() => h2load(ours.target, path, load));
    if (value === undefined) return [];
    const ceiling = (await h2load(canned.target, path, load))?.perSecond;
    const note = value.failed > 0 ? `${value.failed} FAILED` : "";
    const operations = size.requests;
    figures.push({
      name: `h2load: ${name}`,
      value: value.perSecond,
      unit: "/s",
      budget,
      ceiling,
      usage,
      operations,
      note,
    });
  }
  return figures;
}

const phases = [
  { phase: "create", budget: 7_000, figure: "per_s" },
  { phase: "seqcreate", budget: 0.8, figure: "p50_ms" },
  { phase: "get", budget: 35_000, figure: "per_s" },
  { phase: "patch", budget: 5_000, figure: "per_s" },
  { phase: "smp", budget: 5_000, figure: "per_s", share: 0.5 },
  { phase: "ssa", budget: 5_000, figure: "per_s", share: 0.25 },
  { phase: "status", budget: 5_000, figure: "per_s" },
  { phase: "list", budget: 35, figure: "ms" },
  { phase: "watch", budget: 250_000, figure: "events_delivered_per_s" },
  { phase: "delete", budget: 5_000, figure: "per_s" },
] as const;

async function commonFigures(
  size: CommonLoadSize,
  ours: ServerProcess,
  canned: ServerProcess,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { phase, budget, figure, ...rest } of phases) {
    if (size.phases?.includes(phase) === false) continue;
    const { value, usage } = await ours.measure(() => commonLoad(ours.target, phase, size));
    const ceiling = (await commonLoad(canned.target, phase, size))[phase]?.[figure];
    const { [figure]: measured = 0, ...others } = value[phase] ?? {};
    const unit = figure.endsWith("_s") ? "/s" : "ms";
    const more = Object.entries(value).filter(([name]) => name !== phase);
    const note = JSON.stringify({ ...others, ...Object.fromEntries(more) }).replaceAll('"', "");
    const share = "share" in rest ? rest.share : 1;
    const operations = unit === "/s" && phase !== "watch" ? size.objects * share : undefined;
    figures.push({
      name: `common: ${phase}`,
      value: measured,
      unit,
      budget,
      ceiling,
      usage,
      operations,
      note,
    });
  }
  return figures;
}

export async function apiBench(size: ApiBenchSize): Promise<Report> {
  await using ours = await ServerProcess.start();
  await using canned = await ServerProcess.start({ kind: "canned" });
  const mine = await lean(ours, size);
  const { outcomes } = mine;
  const figures = leanFigures(size, mine, (await lean(canned, size)).outcomes);
  figures.push(memoryFigure(size, mine));
  figures.push(...(await h2loadFigures(size, ours, canned)));
  if (commonLoadExists) figures.push(...(await commonFigures(size.common, ours, canned)));
  const work = [...outcomes].map(([name, { result }]) => [name, result.latenciesMs.length, result.bad]);
  return { figures, work };
}

if (import.meta.main) {
  const full = {
    requests: 5_000,
    connections: 32,
    common: { objects: 5_000, connections: 32, watchers: 100, events: 500 },
  };
  const small = {
    requests: 100,
    connections: 8,
    common: { objects: 100, connections: 8, watchers: 5, events: 20 },
  };
  await main("API", apiBench, { full, small });
}
