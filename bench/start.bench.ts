/**
 * Starting: `navarch up` as a user runs it, a cluster inside a process, and forks.
 * Run: `npm run bench -- start [--small]`.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ConfigMap, configMaps } from "#api";
import { startCluster } from "#cluster";
import { accessOf, call } from "../test/testing/api-call.ts";
import { freePort, root } from "../test/testing/program.ts";
import { Probe, type Usage } from "./harness/probe.ts";
import { type Figure, main, percentile, type Report } from "./harness/report.ts";

export interface StartBenchSize {
  readonly starts: number;
  readonly objects: number;
  readonly forks: number;
}

interface Started {
  readonly readyMs: number;
  readonly nodeMs: number;
  /** CPU and memory of the process by then. */
  readonly paid: string;
}

const signal = new AbortController().signal;

/** From the start of the process to the first good answer of readyz, and to a node that is Ready. */
async function up(folder: string, port: number): Promise<Started> {
  const kubeconfig = join(folder, "kubeconfig");
  const options = [
    "--node",
    "virtual",
    "--data",
    join(folder, "data"),
    "--listen",
    `127.0.0.1:${port}`,
    "--kubeconfig",
    kubeconfig,
  ];
  const started = performance.now();
  const child = spawn(join(root, "bin/navarch"), ["up", ...options], { stdio: "ignore" });
  try {
    while (!(await answersReady(port))) await sleep(5);
    const readyMs = performance.now() - started;
    while (!(await nodeIsReady(kubeconfig))) await sleep(5);
    return { readyMs, nodeMs: performance.now() - started, paid: paidBy(child.pid ?? 0) };
  } finally {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await gone;
  }
}

function paidBy(pid: number): string {
  const [userTicks, systemTicks] = readFileSync(`/proc/${pid}/stat`, "utf8")
    .split(" ")
    .slice(13, 15)
    .map(Number);
  const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  const cpuMs = ((userTicks ?? 0) + (systemTicks ?? 0)) * 10;
  return `CPU ${cpuMs} ms, RSS ${(Number(resident) / 1_000).toFixed(0)} MB`;
}

/** A process of Node.js that does nothing: no program starts sooner. */
function nothing(): number {
  const started = performance.now();
  spawnSync(join(root, "bin/node"), ["-e", "0"]);
  return performance.now() - started;
}

function answersReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = request(
      { host: "127.0.0.1", port, path: "/readyz", rejectUnauthorized: false },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      },
    );
    sent.on("error", () => resolve(false));
    sent.end();
  });
}

async function nodeIsReady(kubeconfig: string): Promise<boolean> {
  try {
    if (readFileSync(kubeconfig, "utf8") === "") return false;
  } catch {
    return false; // not written yet
  }
  const { text } = await call(accessOf(kubeconfig), "GET", "/api/v1/nodes");
  const { items } = JSON.parse(text) as {
    items: readonly { status: { conditions: readonly { type: string; status: string }[] } }[];
  };
  return items.some(({ status }) =>
    status.conditions.some(({ type, status: is }) => type === "Ready" && is === "True"),
  );
}

async function programs(count: number): Promise<{ first: Started; again: readonly Started[] }> {
  const folder = mkdtempSync(join(tmpdir(), "navarch-bench-"));
  try {
    const port = await freePort();
    const first = await up(folder, port);
    const again: Started[] = [];
    for (let at = 0; at < count; at += 1) again.push(await up(folder, port));
    return { first, again };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function embedded(count: number): Promise<{ times: readonly number[]; usage: Usage }> {
  const times: number[] = [];
  using probe = new Probe();
  probe.begin();
  for (let at = 0; at < count; at += 1) {
    const started = performance.now();
    await using cluster = await startCluster({ virtualNodes: 0 });
    times.push(performance.now() - started);
    await cluster.client().of<ConfigMap>(configMaps).list({}, signal);
  }
  return { times, usage: probe.end() };
}

async function forks({ objects, forks: count }: StartBenchSize): Promise<{ times: number[]; found: number }> {
  await using cluster = await startCluster({ controllers: false, scheduler: false, virtualNodes: 0 });
  const maps = cluster.client().of<ConfigMap>(configMaps);
  for (let at = 0; at < objects; at += 1) {
    const data = { text: "x".repeat(1_000) };
    await maps.create({ metadata: { name: `m-${at}`, namespace: "default" }, data }, signal);
  }
  const times: number[] = [];
  let found = 0;
  for (let at = 0; at < count; at += 1) {
    const started = performance.now();
    await using fork = await cluster.fork();
    times.push(performance.now() - started);
    const list = await fork.client().of<ConfigMap>(configMaps).list({ namespace: "default" }, signal);
    found += list.items.length;
  }
  return { times, found };
}

export async function startBench(size: StartBenchSize): Promise<Report> {
  const { first, again } = await programs(size.starts);
  const { times: inside, usage } = await embedded(size.starts);
  const ceiling = nothing();
  const note = again.at(-1)?.paid;
  const forked = await forks(size);
  const median = (values: readonly number[]): number => percentile(values, 0.5);
  const ready = median(again.map(({ readyMs }) => readyMs));
  const node = median(again.map(({ nodeMs }) => nodeMs));
  const figures: Figure[] = [
    { name: "navarch up, new cluster: API ready", value: first.readyMs, unit: "ms" },
    { name: "navarch up, new cluster: node Ready", value: first.nodeMs, unit: "ms", budget: 1_000 },
    { name: "navarch up, again: API ready", value: ready, unit: "ms", budget: 500, ceiling },
    { name: "navarch up, again: node Ready", value: node, unit: "ms", budget: 1_000, note },
    { name: "startCluster() with controllers, first", value: inside[0] ?? 0, unit: "ms" },
    {
      name: "startCluster() with controllers, median",
      value: median(inside),
      unit: "ms",
      budget: 150,
      usage,
    },
    { name: `fork of ${size.objects} objects, first`, value: forked.times[0] ?? 0, unit: "ms" },
    { name: `fork of ${size.objects} objects, median`, value: median(forked.times), unit: "ms", budget: 20 },
  ];
  return { figures, work: { ...size, found: forked.found } };
}

if (import.meta.main) {
  await main("Start", startBench, {
    full: { starts: 5, objects: 1_000, forks: 20 },
    small: { starts: 1, objects: 20, forks: 2 },
  });
}
