/**
 * The process that is measured (`server-process.ts` starts it): `serve.ts FOLDER OPTIONS`. Ends when its
 * parent does.
 */
import { createRealEnv, MemoryAtRest } from "#base/real";
import { clusterRoleBindings, serviceAccounts } from "#api";
import { Cluster, startCluster } from "#cluster";
import { InProcessAccess } from "../../src/cluster/access.ts";
import { startScheduler } from "../../src/cluster/components.ts";
import { CannedServer } from "./canned-server.ts";
import type { Target } from "./lean-connection.ts";
import { Probe } from "./probe.ts";
import type { Message, ServeOptions } from "./server-process.ts";

const [folder = "", text = "{}"] = process.argv.slice(2);
const options = JSON.parse(text) as ServeOptions;
const probe = new Probe();
probe.begin();
// As the command line does.
const memoryAtRest = new MemoryAtRest();

const signal = new AbortController().signal;
const namespace = "kube-system";
const name = "bench";

/** A token of an account that may do everything: load generators speak no client certificates. */
async function tokenOf(cluster: Cluster): Promise<string> {
  const client = cluster.client();
  const metadata = { name, namespace };
  const accounts = client.of(serviceAccounts);
  if (!(await accounts.list({ namespace }, signal)).items.some((one) => one.metadata.name === name)) {
    await accounts.create({ metadata }, signal);
    await client.of(clusterRoleBindings).create(
      {
        metadata: { name },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
        subjects: [{ kind: "ServiceAccount", name, namespace }],
      },
      signal,
    );
  }
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
  const answer = (await accounts.post(metadata, "token", body, signal)) as { status: { token: string } };
  return answer.status.token;
}

async function serve(): Promise<{ readonly target: Target; readonly owner: AsyncDisposable }> {
  const host = "127.0.0.1";
  if (options.kind === "canned") {
    const owner = await CannedServer.start(createRealEnv({ name: "canned", logLevel: "warn" }));
    return { owner, target: { host, port: owner.port, ca: owner.ca, token: "canned" } };
  }
  const { controllers, scheduler, virtualNodes } = options;
  const state = options.durable ? { dataDir: folder } : {};
  const listen = { host, port: 0 };
  const owner = await startCluster({ ...state, listen, controllers, scheduler, virtualNodes });
  const port = Number(new URL(owner.url ?? "").port);
  return { owner, target: { host, port, ca: owner.pki.ca.certificatePem, token: await tokenOf(owner) } };
}

/** Starts the scheduler now. */
async function schedule(): Promise<void> {
  if (!(owner instanceof Cluster)) throw new TypeError("Only a cluster has a scheduler");
  await startScheduler(owner.env.child("scheduler"), new InProcessAccess(owner.server), undefined, signal);
}

async function stop(): Promise<void> {
  memoryAtRest[Symbol.dispose]();
  await owner[Symbol.asyncDispose]();
  process.exit();
}

const { target, owner } = await serve();
const tell = (message: Message): void => void process.send?.(message);
process.on("message", ({ type }: Message) => {
  if (type === "schedule") return void schedule();
  if (type === "collect") globalThis.gc?.();
  tell({ type: "usage", usage: probe.end() });
  if (type === "begin" || type === "rest") probe.begin(type === "begin");
});
process.on("disconnect", () => {
  void stop();
});
tell({ type: "serving", target, usage: probe.end() });
