/**
 * A real node, on a machine of its own (a network namespace with nothing but loopback): from `navarch up` to an
 * application that answers by its DNS name, from a pod's creation to its being Ready, and what ten pods cost at rest.
 * Run as root: `npm run bench -- real-node [--small]`.
 */
import { readFileSync, readdirSync } from "node:fs";
import { Resolver } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { MachineCluster } from "../test/e2e/harness/machine-cluster.ts";
import { isOwnMachine, runOnOwnMachine, whyNoOwnMachine } from "../test/e2e/harness/own-machine.ts";
import { type Access, accessOf, call } from "../test/testing/api-call.ts";
import { awaitObjects, hasCondition, type Seen } from "../test/testing/await-objects.ts";
import { until } from "./harness/api-calls.ts";
import { type Figure, main, percentile, type Report } from "./harness/report.ts";

export interface RealNodeBenchSize {
  /** Pods created one after the other, and all at once. */
  readonly single: number;
  readonly burst: number;
  /** Pods that run while the node rests, and for how long. */
  readonly resting: number;
  readonly restMs: number;
}

const podsPath = "/api/v1/namespaces/default/pods";

/** A pod that is Ready when its server answers. */
function pod(name: string): Record<string, unknown> {
  const probe = { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 };
  const command = ["httpd", "-f", "-p", "8080", "-h", "/www"];
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

/** Resolves when all of these pods are Ready. */
async function ready(access: Access, names: readonly string[]): Promise<void> {
  const isReady = (seen: readonly Seen[], name: string): boolean =>
    seen.some((one) => one.metadata.name === name && hasCondition(one, "Ready"));
  await awaitObjects(access, podsPath, `${names.length} Ready pods`, (seen) =>
    names.every((name) => isReady(seen, name)),
  );
}

async function remove(access: Access, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => call(access, "DELETE", `${podsPath}/${name}`)));
  await awaitObjects(
    access,
    podsPath,
    "deleted pods",
    (seen) => !seen.some((one) => names.includes(one.metadata.name)),
  );
}

/** Milliseconds from a pod's creation to its being Ready. */
async function createToReady(access: Access, names: readonly string[]): Promise<readonly number[]> {
  const started = performance.now();
  const times = names.map(async (name) => {
    await make(access, podsPath, pod(name));
    await ready(access, [name]);
    return performance.now() - started;
  });
  const all = await Promise.all(times);
  await remove(access, names);
  return all;
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

/** CPU milliseconds and resident megabytes of a process and those that it started, but for containers' shims. */
function paid(pid: number): { readonly cpuMs: number; readonly residentMb: number } {
  const [ticksPerSecond, page] = [100, 4_096];
  const children = readdirSync("/proc").filter((name) => parentOf(name) === pid);
  let [cpuMs, residentMb] = [0, 0];
  for (const name of [String(pid), ...children]) {
    const fields = statOf(name);
    if (fields === undefined || /containerd/.test(readFileSync(`/proc/${name}/cmdline`, "utf8"))) continue;
    cpuMs += ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond;
    residentMb += (Number(fields[21]) * page) / 1e6;
  }
  return { cpuMs, residentMb };
}

function parentOf(name: string): number | undefined {
  return /^\d+$/.test(name) ? Number(statOf(name)?.[1]) : undefined;
}

/** The fields of `/proc/PID/stat` after the command: state, parent, ... */
function statOf(name: string): readonly string[] | undefined {
  try {
    return readFileSync(`/proc/${name}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
  } catch {
    return undefined; // it has ended
  }
}

export async function realNodeBench(size: RealNodeBenchSize): Promise<Report> {
  await using cluster = new MachineCluster();
  const cold = await upToReady(cluster);
  await cluster.loadBusybox("web:1");
  const access = accessOf(cluster.environment.KUBECONFIG);
  await make(access, "/api/v1/namespaces/default/services", service);

  const singles: number[] = [];
  for (let at = 0; at < size.single; at += 1)
    singles.push(...(await createToReady(access, [`single-${at}`])));
  const burst = await createToReady(
    access,
    Array.from({ length: size.burst }, (_, at) => `burst-${at}`),
  );

  const resting = Array.from({ length: size.resting }, (_, at) => `rest-${at}`);
  await Promise.all(resting.map((name) => make(access, podsPath, pod(name))));
  await ready(access, resting);
  await sleep(size.restMs / 2);
  const before = paid(cluster.pid);
  await sleep(size.restMs);
  const after = paid(cluster.pid);

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
    { name: `pod create to Ready, ${size.burst} at once, p50`, value: percentile(burst, 0.5), unit: "ms" },
    { name: `pod create to Ready, ${size.burst} at once, p99`, value: percentile(burst, 0.99), unit: "ms" },
    {
      name: `CPU at rest with ${size.resting} pods`,
      value: (100 * (after.cpuMs - before.cpuMs)) / size.restMs,
      unit: "% of a core",
      budget: 1,
    },
    { name: `resident at rest with ${size.resting} pods`, value: after.residentMb, unit: "MB", budget: 120 },
  ];
  return { figures, work: size };
}

if (import.meta.main) {
  const why = whyNoOwnMachine();
  if (why !== undefined) console.log(`Cannot run: it ${why}.`);
  else if (isOwnMachine)
    await main("Real node", realNodeBench, {
      full: { single: 20, burst: 50, resting: 10, restMs: 30_000 },
      small: { single: 2, burst: 3, resting: 2, restMs: 500 },
    });
  else process.exitCode = (await runOnOwnMachine(process.argv.slice(1))) ?? 1;
}
