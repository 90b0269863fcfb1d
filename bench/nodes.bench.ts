/**
 * Virtual nodes: a whole cluster in one process, from its start to a Deployment that is available.
 * Run: `npm run bench -- nodes [NODES] [PODS]`, or with `--small`; the largest cluster is `nodes 5000 50000`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createAll, getJson, until } from "./harness/api-calls.ts";
import { LeanConnection } from "./harness/lean-connection.ts";
import { deployment } from "./harness/objects.ts";
import { type Figure, main, type Report } from "./harness/report.ts";
import type { Usage } from "./harness/probe.ts";
import { ServerProcess } from "./harness/server-process.ts";

export interface NodesBenchSize {
  readonly nodes: number;
  readonly replicas: number;
  readonly restMs: number;
}

interface Counted {
  readonly status?: { readonly availableReplicas?: number };
}

/** Of fewer, the heap tells nothing: it is some MB more or less at each start. */
const manyNodes = 500;

/** Longest wait for each pod. */
const podPatienceMs = 100;

export async function nodesBench({ nodes, replicas, restMs }: NodesBenchSize): Promise<Report> {
  const alone = nodes < manyNodes ? 0 : await heapMbWith(1);
  await using server = await ServerProcess.start({ controllers: true, scheduler: true, virtualNodes: nodes });
  const { target } = server;
  const nodeKb = async (): Promise<number> =>
    (1_000 * (heapMbOf(await server.settle()) - alone)) / Math.max(1, nodes - 1);
  const startedNodeKb = await nodeKb();
  const bare = await server.measure(() => sleep(nodes < manyNodes ? 0 : restMs), "rest");
  const idleNodeKb = await nodeKb();
  using connection = await LeanConnection.open(target);
  const path = "/apis/apps/v1/namespaces/default/deployments";
  const isAvailable = async (): Promise<boolean> => {
    const found = (await getJson(connection, target, `${path}/web`)) as Counted;
    return found.status?.availableReplicas === replicas;
  };
  const { value: ms, usage } = await server.measure(async () => {
    await createAll(target, path, [deployment("web", replicas)]);
    return until(isAvailable, 50, 60_000 + podPatienceMs * replicas);
  });
  const idle = await server.measure(() => sleep(restMs), "rest");
  const share = ({ usage }: { readonly usage: Usage }): number => (100 * usage.allCpuMs) / usage.wallMs;
  const figures: Figure[] = [
    { name: `start with ${nodes} nodes`, value: server.start.wallMs, unit: "ms", usage: server.start },
    {
      name: `${replicas} replicas available`,
      value: ms,
      unit: "ms",
      budget: (10_000 * replicas) / 3_000,
      usage,
      operations: replicas,
    },
    ...(nodes < manyNodes
      ? []
      : [
          { name: "a node with its objects, just started", value: startedNodeKb, unit: "KB" },
          { name: `an idle node after ${restMs / 1_000} s`, value: idleNodeKb, unit: "KB", budget: 20 },
          { name: "CPU of idle nodes", value: share(bare), unit: "% of a core" },
        ]),
    {
      name: "resident memory at the end of it",
      value: usage.residentMb,
      unit: "MB",
      budget: nodes === 100 && replicas === 3_000 ? 500 : undefined,
    },
    {
      name: `resident memory after ${restMs / 1_000} s at rest`,
      value: idle.usage.residentMb,
      unit: "MB",
      usage: idle.usage,
    },
    { name: "CPU of the cluster at rest", value: share(idle), unit: "% of a core" },
  ];
  return { figures, work: { nodes, replicas } };
}

/** A cluster that has just started, collected. */
async function heapMbWith(nodes: number): Promise<number> {
  await using server = await ServerProcess.start({ controllers: true, scheduler: true, virtualNodes: nodes });
  return heapMbOf(await server.settle());
}

/** Objects and bytes that JavaScript holds. */
function heapMbOf({ heapMb, externalMb }: Usage): number {
  return heapMb + externalMb;
}

if (import.meta.main) {
  const [nodes = 100, replicas = 30 * nodes] = process.argv.slice(2).map(Number).filter(Number.isFinite);
  await main("Virtual nodes", nodesBench, {
    full: { nodes, replicas, restMs: 60_000 },
    small: { nodes: 3, replicas: 20, restMs: 500 },
  });
}
