/**
 * Scheduling: decisions alone, and plain pods through the API, durable: nodes and pods are there first, then
 * the scheduler starts beside the server. Run: `npm run bench -- scheduler [--small]`.
 */
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

async function throughTheApi({ nodes, pods }: SchedulerBenchSize): Promise<Figure> {
  await using server = await ServerProcess.start();
  const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
  const { target } = server;
  await createAll(
    target,
    "/api/v1/nodes",
    range(nodes).map((at) => plainNode(`n-${at}`)),
  );
  const untaint = JSON.stringify({ spec: { taints: null } });
  await closedLoop(target, 32, nodes, (at) =>
    requestBytes(target, "PATCH", `/api/v1/nodes/n-${at}`, untaint, "application/merge-patch+json"),
  );
  const path = "/api/v1/namespaces/default/pods";
  await createAll(
    target,
    path,
    range(pods).map((at) => plainPod(`p-${at}`)),
  );
  using connection = await LeanConnection.open(target);
  const waiting = async (): Promise<number> => {
    const first = `${path}?limit=1&fieldSelector=spec.nodeName%3D`;
    return ((await getJson(connection, target, first)) as Listed).items.length;
  };
  const { value: ms, usage } = await server.measure(() => {
    server.startScheduler();
    return until(async () => (await waiting()) === 0, 20, 300_000);
  });
  const name = `plain pods through the API, ${nodes} nodes`;
  return { name, value: (pods / ms) * 1_000, unit: "/s", budget: 3_000, usage, operations: pods };
}

export async function schedulerBench(size: SchedulerBenchSize): Promise<Report> {
  const { figure, placed } = await decisions(size);
  return { figures: [figure, await throughTheApi(size)], work: { ...size, placed } };
}

if (import.meta.main) {
  await main("Scheduler", schedulerBench, {
    full: { nodes: 5_000, pods: 10_000 },
    small: { nodes: 50, pods: 200 },
  });
}
