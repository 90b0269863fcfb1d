/**
 * A real node, on a machine of its own (a network namespace with nothing but loopback): from `navarch up` to an
 * application that answers by its DNS name, from a pod's creation to its being Ready, what ten pods cost at rest, and
 * from a `kill -9` under load to a Ready node. Run as root: `npm run bench -- real-node [--small]`.
 */
import { Resolver } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { MachineCluster } from "../test/e2e/harness/machine-cluster.ts";
import { isOwnMachine, runOnOwnMachine, whyNoOwnMachine } from "../test/e2e/harness/own-machine.ts";
import { shims } from "../test/e2e/harness/remains.ts";
import { type Access, accessOf, call } from "../test/testing/api-call.ts";
import { awaitObjects, hasCondition } from "../test/testing/await-objects.ts";
import { until } from "./harness/api-calls.ts";
import { killedToReady } from "./harness/kill-under-load.ts";
import { nodeCosts, paidBetween, type Role } from "./harness/node-costs.ts";
import { PodTimes } from "./harness/pod-times.ts";
import { rawPods } from "./harness/raw-pods.ts";
import { type Figure, main, percentile, type Report } from "./harness/report.ts";

export interface RealNodeBenchSize {
  /** Pods created one after the other, and all at once. */
  readonly single: number;
  readonly burst: number;
  /** Pods that run while the node rests; how long before it is watched (a busy time's memory is given back), and then. */
  readonly resting: number;
  readonly settleMs: number;
  readonly restMs: number;
}

const podsPath = "/api/v1/namespaces/default/pods";
const command = ["httpd", "-f", "-p", "8080", "-h", "/www"];

/** A pod that is Ready when its server answers. */
function pod(name: string): Record<string, unknown> {
  const probe = { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 };
  const container = {
    name: "main",
    image: "web:1",
    imagePullPolicy: "Never",
    command,
    readinessProbe: probe,
  };
  const metadata = { name, namespace: "default", labels: { app: "web" } };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec: { terminationGracePeriodSeconds: 0, containers: [container] },
  };
}

const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "default" },
  spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] },
};

async function make(access: Access, path: string, object: unknown): Promise<void> {
  const { status, text } = await call(access, "POST", path, object);
  if (status !== 201) throw new Error(`POST ${path} was answered with ${status}: ${text}`);
}

/** Creates pods at once; milliseconds until each is Ready. */
async function createToReady(access: Access, names: readonly string[]): Promise<readonly number[]> {
  using times = new PodTimes(access, podsPath);
  const started = performance.now();
  await Promise.all(names.map((name) => make(access, podsPath, pod(name))));
  return (await times.ready(names)).map((at) => at - started);
}

/** Their objects are gone at once, and their containers a moment later. */
async function remove(access: Access, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => call(access, "DELETE", `${podsPath}/${name}`)));
}

async function untilNothingRuns(): Promise<void> {
  await until(() => Promise.resolve(shims().length === 0), 20, 60_000);
}

/** `navarch up` until its node is Ready, in milliseconds. */
async function upToReady(cluster: MachineCluster): Promise<number> {
  const started = performance.now();
  await cluster.up();
  const access = accessOf(cluster.environment.KUBECONFIG);
  await awaitObjects(access, "/api/v1/nodes", "a Ready node", (nodes) =>
    nodes.some((node) => hasCondition(node, "Ready")),
  );
  return performance.now() - started;
}

/** Resolves when the cluster's DNS knows the Service and its address answers. */
async function answersByName(): Promise<void> {
  const resolver = new Resolver({ timeout: 200, tries: 1 });
  resolver.setServers(["10.96.0.10"]);
  const answers = async (): Promise<boolean> => {
    try {
      const [address = ""] = await resolver.resolve4("web.default.svc.cluster.local");
      const answer = await fetch(`http://${address}/`, { signal: AbortSignal.timeout(200) });
      return answer.ok;
    } catch {
      return false; // not yet
    }
  };
  await until(answers, 5, 60_000);
}

/** CPU milliseconds of each of so many pods, by role. */
function costsOfEach(
  before: ReturnType<typeof nodeCosts>,
  after: ReturnType<typeof nodeCosts>,
  count: number,
): string {
  const each = (role: Role): string => `${role} ${(paidBetween(before, after, role) / count).toFixed(0)}`;
  return `CPU ms of each: ${(["Navarch", "containerd", "runc", "pods"] as const).map(each).join(", ")}`;
}

export async function realNodeBench(size: RealNodeBenchSize): Promise<Report> {
  await using cluster = new MachineCluster();
  const cold = await upToReady(cluster);
  await cluster.loadBusybox("web:1");
  const access = accessOf(cluster.environment.KUBECONFIG);
  await make(access, "/api/v1/namespaces/default/services", service);

  const singles: number[] = [];
  for (let at = 0; at < size.single; at += 1) {
    singles.push(...(await createToReady(access, [`single-${at}`])));
    await remove(access, [`single-${at}`]);
  }
  const burst = await burstOf(cluster, access, size.burst);

  const resting = Array.from({ length: size.resting }, (_, at) => `rest-${at}`);
  await createToReady(access, resting);
  await sleep(size.settleMs);
  const before = nodeCosts(cluster.pid);
  await sleep(size.restMs);
  const after = nodeCosts(cluster.pid);
  const killed = await killedToReady(cluster);

  await cluster.stop("SIGTERM");
  const warmStarted = performance.now();
  const warm = await upToReady(cluster);
  await answersByName();
  const answers = performance.now() - warmStarted;
  const figures: Figure[] = [
    { name: "navarch up, new data: node Ready", value: cold, unit: "ms" },
    { name: "navarch up, again: node Ready", value: warm, unit: "ms", budget: 1_000 },
    { name: "navarch up, again: app answers by DNS name", value: answers, unit: "ms", budget: 2_000 },
    {
      name: "pod create to Ready, one at a time, p50",
      value: percentile(singles, 0.5),
      unit: "ms",
      budget: 1_000,
    },
    { name: "pod create to Ready, one at a time, p99", value: percentile(singles, 0.99), unit: "ms" },
    ...burst,
    {
      name: `CPU at rest with ${size.resting} pods`,
      value: (100 * paidBetween(before, after, "Navarch")) / size.restMs,
      unit: "% of a core",
      budget: 1,
      note: `containerd ${((100 * paidBetween(before, after, "containerd")) / size.restMs).toFixed(2)} %`,
    },
    { name: `resident at rest with ${size.resting} pods`, value: after.residentMb, unit: "MB", budget: 120 },
    { name: "kill -9 under load, up again: node Ready", value: killed, unit: "ms", budget: 2_000 },
  ];
  return { figures, work: size };
}

/** Many pods at once, and the same by the runtime alone. */
async function burstOf(cluster: MachineCluster, access: Access, count: number): Promise<readonly Figure[]> {
  const names = Array.from({ length: count }, (_, at) => `burst-${at}`);
  await untilNothingRuns();
  const before = nodeCosts(cluster.pid);
  const found = await createToReady(access, names);
  const note = costsOfEach(before, nodeCosts(cluster.pid), count);
  await remove(access, names);
  await untilNothingRuns();
  const socket = `${cluster.data}/containerd/containerd.sock`;
  const raw = await rawPods(socket, "docker.io/library/web:1", command, count);
  const figure = (share: number): Figure => ({
    name: `pod create to Ready, ${count} at once, p${share * 100}`,
    value: percentile(found, share),
    unit: "ms",
    ceiling: percentile(raw, share),
  });
  return [figure(0.5), { ...figure(0.99), note }];
}

if (import.meta.main) {
  const why = whyNoOwnMachine();
  if (why !== undefined) console.log(`Cannot run: it ${why}.`);
  else if (isOwnMachine)
    await main("Real node", realNodeBench, {
      full: { single: 20, burst: 50, resting: 10, settleMs: 75_000, restMs: 30_000 },
      small: { single: 2, burst: 3, resting: 2, settleMs: 100, restMs: 500 },
    });
  else process.exitCode = (await runOnOwnMachine(process.argv.slice(1))) ?? 1;
}
