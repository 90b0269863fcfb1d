/**
 * Scheduling: decisions alone, and plain pods through the API on disk: nodes and pods are there first, then the
 * scheduler starts. Run: `npm run bench -- scheduler [--small]`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Node, nodes as nodeResource, applyDefaults, type Pod, pods as podResource } from "#api";
import { createRealEnv } from "#base/real";
import { defaultPlugins } from "#scheduler";
import { Cache } from "../src/scheduler/cache.ts";
import { podInfoOf } from "../src/scheduler/pod-info.ts";
import { schedule } from "../src/scheduler/schedule.ts";
import { createAll, getJson, until } from "./harness/api-calls.ts";
import { closedLoop, LeanConnection, requestBytes } from "./harness/lean-connection.ts";
import { plainNode, plainPod } from "./harness/objects.ts";
import { type Figure, main, type Report } from "./harness/report.ts";
import { ServerProcess } from "./harness/server-process.ts";

export interface SchedulerBenchSize {
  readonly nodes: number;
  readonly pods: number;
}

interface Listed {
  readonly metadata: { readonly remainingItemCount?: number };
  readonly items: readonly unknown[];
}

async function decisions({ nodes, pods }: SchedulerBenchSize): Promise<{ figure: Figure; placed: unknown }> {
  await using env = createRealEnv({ name: "bench", logLevel: "error" });
  const random = env.random.fork("bench");
  const cache = new Cache();
  for (let at = 0; at < nodes; at += 1) {
    const node = plainNode(`n-${at}`) as unknown as Node;
    applyDefaults(nodeResource.type, node);
    cache.setNode(`n-${at}`, node);
  }
  const infos = Array.from({ length: pods }, (_, at) => {
    const pod = plainPod(`p-${at}`) as unknown as Pod;
    applyDefaults(podResource.type, pod);
    pod.metadata.uid = `uid-${at}`;
    return podInfoOf(pod);
  });
  let start = 0;
  let placed = 0;
  const began = performance.now();
  for (const info of infos) {
    const options = { random, start, percentageOfNodesToScore: 0 };
    const decision = schedule(defaultPlugins, cache, info, options);
    if (!decision.placed) continue;
    start = (start + decision.evaluatedNodes) % nodes;
    cache.assume(info, decision.node);
    placed += 1;
  }
  const perSecond = (pods / (performance.now() - began)) * 1_000;
  return { figure: { name: `decisions over ${nodes} nodes`, value: perSecond, unit: "/s" }, placed };
}

async function throughTheApi(folder: string, { nodes, pods }: SchedulerBenchSize): Promise<Figure> {
  {
    await using server = await ServerProcess.start({}, folder);
    const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
    await createAll(
      server.target,
      "/api/v1/nodes",
      range(nodes).map((at) => plainNode(`n-${at}`)),
    );
    const untaint = JSON.stringify({ spec: { taints: null } });
    await closedLoop(server.target, 32, nodes, (at) =>
      requestBytes(server.target, "PATCH", `/api/v1/nodes/n-${at}`, untaint, "application/merge-patch+json"),
    );
    const path = "/api/v1/namespaces/default/pods";
    await createAll(
      server.target,
      path,
      range(pods).map((at) => plainPod(`p-${at}`)),
    );
  }
  await using server = await ServerProcess.start({ scheduler: true }, folder);
  using connection = await LeanConnection.open(server.target);
  const path = "/api/v1/namespaces/default/pods?limit=1&fieldSelector=spec.nodeName%3D";
  const waiting = async (): Promise<number> => {
    const { metadata, items } = (await getJson(connection, server.target, path)) as Listed;
    return items.length === 0 ? 0 : items.length + (metadata.remainingItemCount ?? 1);
  };
  const first = await waiting();
  const { value: ms, usage } = await server.measure(() =>
    until(async () => (await waiting()) === 0, 20, 300_000),
  );
  const note = `${first} of ${pods} still waited when it began`;
  const value = (first / ms) * 1_000;
  const name = `plain pods through the API, ${nodes} nodes`;
  return { name, value, unit: "/s", budget: 3_000, usage, operations: Math.max(1, first), note };
}

export async function schedulerBench(size: SchedulerBenchSize): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "navarch-bench-"));
  try {
    const { figure, placed } = await decisions(size);
    return { figures: [figure, await throughTheApi(folder, size)], work: { ...size, placed } };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) {
  await main("Scheduler", schedulerBench, {
    full: { nodes: 5_000, pods: 10_000 },
    small: { nodes: 50, pods: 200 },
  });
}
