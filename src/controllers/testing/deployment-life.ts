/**
 * A deployment's life under a controller manager that is crashed after a given write, whereupon another takes over:
 * the end, and the objects made on the way, must be those of the run without a crash.
 */
import assert from "node:assert/strict";
import { deployments, pods, replicaSets, services } from "#api";
import { type Client, createClient, type Transport } from "#client";
import { TestCluster } from "./cluster.ts";
import { deployment } from "./objects.ts";

const namespace = "default";

/** Lets `writes` writes through; with the answer to the last of them the process is dead, and never hears it. */
class Fuse {
  written = 0;
  readonly #writes: number;
  readonly #die: () => void;

  constructor(writes: number, die: () => void) {
    this.#writes = writes;
    this.#die = die;
  }

  client(inner: Client): Client {
    return createClient(this.#guard(inner.raw), { fieldManager: "manager" });
  }

  #guard(inner: Transport): Transport {
    return {
      request: async (request, signal) => {
        const isWrite = request.method !== "GET" && !request.path.includes("/events");
        if (this.written >= this.#writes) return new Promise(() => {});
        const answer = await inner.request(request, signal);
        if (isWrite) this.written += 1;
        if (this.written < this.#writes) return answer;
        this.#die();
        return new Promise(() => {});
      },
      watch: (request, signal) => inner.watch(request, signal),
      [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
    };
  }
}

/** What a life came to. */
export interface Outcome {
  /** Writes of the first manager. */
  readonly writes: number;
  readonly made: number;
  readonly end: string;
}

/** A deployment's life: made, changed, deleted in the foreground; the first manager dies after `crashAfter` writes. */
export async function deploymentLife(crashAfter: number): Promise<Outcome> {
  let outcome: Outcome | undefined;
  await TestCluster.run(
    "life",
    async (cluster) => {
      const fuse = new Fuse(crashAfter, () => cluster.world.crash("first"));
      const start = (host: string, clientFor: (name?: string) => Client) =>
        cluster.startManager(undefined, { leaderElect: false }, host, clientFor);
      const made = new Set<string>();
      const watching = watchMade(cluster, made);
      await start("first", (name) => fuse.client(cluster.clientFor(name)));
      let second = false;
      const step = async () => {
        if (fuse.written >= crashAfter && !second) {
          second = true;
          await start("second", cluster.clientFor);
        }
        await cluster.playNode("n1");
      };
      await live(cluster, step);
      const counts = await Promise.all(
        [deployments, replicaSets, pods].map((kind) => cluster.list(kind as typeof pods, namespace)),
      );
      outcome = { writes: fuse.written, made: made.size, end: counts.map((list) => list.length).join() };
      watching.abort();
    },
    { startManager: false },
  );
  assert.ok(outcome);
  return outcome;
}

/** Collects the uids of all replica sets and pods that ever were. */
function watchMade(cluster: TestCluster, made: Set<string>): AbortController {
  const stop = new AbortController();
  for (const kind of [replicaSets, pods]) {
    cluster.env.tasks.spawn("count", async () => {
      const events = await cluster.admin.of(kind as typeof pods).watch({ namespace }, stop.signal);
      try {
        for await (const batch of events) for (const { object } of batch) made.add(object.metadata.uid ?? "");
      } catch {
        // Stopped.
      }
    });
  }
  return stop;
}

async function live(cluster: TestCluster, step: () => Promise<void>): Promise<void> {
  const { metadata: _, status: __, ...wanted } = deployment({ replicas: 2, surge: 1, unavailable: 0 });
  const ports = [{ port: 80 }];
  await cluster.create(services, {
    metadata: { name: "web", namespace },
    spec: { selector: { app: "web" }, ports },
  });
  await cluster.create(deployments, { ...wanted, metadata: { name: "web", namespace } });
  const available = async () => {
    await step();
    const web = await cluster.get(deployments, "web", namespace);
    const { availableReplicas, updatedReplicas, replicas, observedGeneration } = web?.status ?? {};
    const current = observedGeneration === web?.metadata.generation;
    return current && [availableReplicas, updatedReplicas, replicas].every((count) => count === 2);
  };
  await cluster.until("the deployment is available", available);
  const spec = { template: { spec: { containers: [{ name: "c", image: "v2" }] } } };
  await cluster.admin
    .of(deployments)
    .patch({ namespace, name: "web" }, "strategic", { spec }, cluster.signal);
  await cluster.until("the change is rolled out", available);
  const foreground = { propagationPolicy: "Foreground" } as const;
  await cluster.admin.of(deployments).delete({ namespace, name: "web" }, cluster.signal, foreground);
  await cluster.until("everything is gone", async () => {
    await step();
    return (
      (await cluster.list(pods, namespace)).length + (await cluster.list(deployments, namespace)).length === 0
    );
  });
}
