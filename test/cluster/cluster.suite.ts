/**
 * What every whole cluster has to do, however it is cut into processes: a Deployment's life through the API alone, on
 * real sockets. `cluster.test.ts` runs it against one process and against four.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Access, call } from "../testing/api-call.ts";
import { awaitObjects, hasCondition, type Seen } from "../testing/await-objects.ts";

/** What happens to the cluster while a Deployment lives in it. */
export interface Disturbance {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Declares the tests; `access` is asked for when they run. */
export function clusterSuite(name: string, access: () => Access, disturbance?: Disturbance): void {
  describe(name, () => {
    test("the node turns ready", async () => {
      await awaitObjects(access(), "/api/v1/nodes", "a ready node", (nodes) =>
        nodes.some((node) => hasCondition(node, "Ready")),
      );
    });

    test("a new namespace has its ServiceAccount and root CA at once", async () => {
      await create(access(), "/api/v1/namespaces", namespace("fresh"));
      await get(access(), "/api/v1/namespaces/fresh/serviceaccounts/default");
      const ca = await get(access(), "/api/v1/namespaces/fresh/configmaps/kube-root-ca.crt");
      assert.match(JSON.stringify(ca), /BEGIN CERTIFICATE/);
    });

    test("a Deployment rolls out, scales, updates and heals", async () => {
      const at = "/apis/apps/v1/namespaces/life/deployments";
      await create(access(), "/api/v1/namespaces", namespace("life"));
      await create(access(), at, deployment("web", 3));
      await create(access(), "/api/v1/namespaces/life/services", service("web"));
      await available(access(), "life", "web", 3);
      await endpoints(access(), "life", 3);

      await patch(access(), `${at}/web`, { spec: { replicas: 5 } });
      await available(access(), "life", "web", 5);
      await endpoints(access(), "life", 5);

      await patch(access(), `${at}/web`, image("app:2"));
      await available(access(), "life", "web", 5);
      await awaitObjects(
        access(),
        "/apis/apps/v1/namespaces/life/replicasets",
        "two revisions, one of them empty",
        (sets) => {
          const counts = sets.map((set) => set.spec?.replicas ?? 0).sort();
          return counts.length === 2 && counts[0] === 0 && counts[1] === 5;
        },
      );

      const before = await pods(
        access(),
        "life",
        (all) => all.length === 5 && all.every((pod) => hasCondition(pod, "Ready")),
      );
      const victim = before[0]?.metadata;
      assert.equal(
        (await call(access(), "DELETE", `/api/v1/namespaces/life/pods/${victim?.name}`)).status,
        200,
      );
      await pods(
        access(),
        "life",
        (all) =>
          all.filter((pod) => hasCondition(pod, "Ready") && pod.metadata.uid !== victim?.uid).length === 5 &&
          all.length === 5,
      );
    });

    if (disturbance !== undefined) test(disturbance.name, disturbance.run);

    for (const policy of ["Background", "Foreground", "Orphan"] as const) {
      test(`a Deployment is deleted with propagation ${policy}`, async () => {
        const ns = `delete-${policy.toLowerCase()}`;
        await create(access(), "/api/v1/namespaces", namespace(ns));
        await create(access(), `/apis/apps/v1/namespaces/${ns}/deployments`, deployment("web", 2));
        await available(access(), ns, "web", 2);
        const options = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: policy };
        const reply = await call(
          access(),
          "DELETE",
          `/apis/apps/v1/namespaces/${ns}/deployments/web`,
          options,
        );
        assert.equal(reply.status, 200, reply.text);
        await awaitObjects(
          access(),
          `/apis/apps/v1/namespaces/${ns}/deployments`,
          "no deployment",
          (all) => all.length === 0,
        );
        if (policy !== "Orphan") {
          await pods(access(), ns, (all) => all.length === 0);
          await awaitObjects(
            access(),
            `/apis/apps/v1/namespaces/${ns}/replicasets`,
            "no ReplicaSet",
            (all) => all.length === 0,
          );
          return;
        }
        await awaitObjects(
          access(),
          `/apis/apps/v1/namespaces/${ns}/replicasets`,
          "an orphan ReplicaSet",
          (all) => all.length === 1 && (all[0]?.metadata.ownerReferences ?? []).length === 0,
        );
        await pods(access(), ns, (all) => all.length === 2 && all.every((pod) => hasCondition(pod, "Ready")));
      });
    }

    test("a pod that fits nowhere says why", async () => {
      await create(access(), "/api/v1/namespaces", namespace("tight"));
      const container = { name: "main", image: "app:1", resources: { requests: { cpu: "4000" } } };
      await create(access(), "/api/v1/namespaces/tight/pods", {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "huge" },
        spec: { containers: [container] },
      });
      const [huge] = await pods(access(), "tight", (all) =>
        all.some((pod) => hasCondition(pod, "PodScheduled", "False")),
      );
      const condition = huge?.status?.conditions?.find((one) => one.type === "PodScheduled");
      assert.equal(condition?.reason, "Unschedulable");
      assert.match(condition?.message ?? "", /^0\/1 nodes are available: 1 Insufficient cpu\./);
    });

    test("the scheduler can do only what its role allows", async () => {
      const path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:kube-scheduler";
      const role = await get<{ readonly rules: readonly { readonly resources?: readonly string[] }[] }>(
        access(),
        path,
      );
      const without = role.rules.filter(
        (rule) => !rule.resources?.includes("pods/binding") && !rule.resources?.includes("bindings"),
      );
      assert.ok(without.length < role.rules.length);
      await patch(access(), path, { rules: without });
      await create(access(), "/api/v1/namespaces", namespace("forbidden"));
      await create(access(), "/api/v1/namespaces/forbidden/pods", plainPod("p"));
      const [refused] = await pods(access(), "forbidden", (all) =>
        all.some((pod) => hasCondition(pod, "PodScheduled", "False")),
      );
      assert.match(
        JSON.stringify(refused?.status?.conditions),
        /User \\"system:kube-scheduler\\" cannot create resource \\"pods\/binding\\"/,
      );
      await awaitObjects(access(), "/api/v1/namespaces/forbidden/events", "an event that says so", (all) =>
        all.some((one) => (one as { readonly reason?: string }).reason === "FailedScheduling"),
      );
      await patch(access(), path, { rules: role.rules });
      await pods(access(), "forbidden", (all) => all.some((pod) => hasCondition(pod, "Ready")));
    });

    test("a deleted namespace takes everything in it along", async () => {
      assert.equal((await call(access(), "DELETE", "/api/v1/namespaces/life")).status, 200);
      await awaitObjects(access(), "/api/v1/namespaces", "namespace life to go", (all) =>
        all.every((one) => one.metadata.name !== "life"),
      );
      for (const path of [
        "/api/v1/pods",
        "/apis/apps/v1/replicasets",
        "/apis/apps/v1/deployments",
        "/api/v1/services",
        "/api/v1/configmaps",
      ]) {
        const list = await get<{
          readonly items: readonly { readonly metadata: { readonly namespace: string } }[];
        }>(access(), path);
        assert.deepEqual(
          list.items.filter((one) => one.metadata.namespace === "life"),
          [],
          path,
        );
      }
    });
  });
}

async function create(access: Access, path: string, body: unknown): Promise<void> {
  const reply = await call(access, "POST", path, body);
  assert.equal(reply.status, 201, reply.text);
}

async function get<T>(access: Access, path: string): Promise<T> {
  const reply = await call(access, "GET", path);
  assert.equal(reply.status, 200, reply.text);
  return JSON.parse(reply.text) as T;
}

async function patch(access: Access, path: string, body: unknown): Promise<void> {
  const reply = await call(access, "PATCH", path, body, "application/strategic-merge-patch+json");
  assert.equal(reply.status, 200, reply.text);
}

/** Waits until the deployment's newest template runs `replicas` times and nothing older does. */
async function available(access: Access, ns: string, name: string, replicas: number): Promise<void> {
  await awaitObjects<Seen & { readonly metadata: { readonly generation: number } }>(
    access,
    `/apis/apps/v1/namespaces/${ns}/deployments`,
    `${replicas} available replicas of ${name}`,
    (all) =>
      all.some(
        ({ metadata, status }) =>
          metadata.name === name &&
          status?.observedGeneration === metadata.generation &&
          status.availableReplicas === replicas &&
          status.updatedReplicas === replicas &&
          status.replicas === replicas,
      ),
  );
}

async function endpoints(access: Access, ns: string, count: number): Promise<void> {
  interface Slice extends Seen {
    readonly endpoints: readonly { readonly conditions: { readonly ready?: boolean } }[];
  }
  await awaitObjects<Slice>(
    access,
    `/apis/discovery.k8s.io/v1/namespaces/${ns}/endpointslices`,
    `${count} ready endpoints`,
    (slices) => {
      const all = slices.flatMap((slice) => slice.endpoints ?? []);
      return all.length === count && all.every((one) => one.conditions.ready === true);
    },
  );
}

function pods(
  access: Access,
  ns: string,
  condition: (pods: readonly Seen[]) => boolean,
): Promise<readonly Seen[]> {
  return awaitObjects(access, `/api/v1/namespaces/${ns}/pods`, "the pods", condition);
}

function namespace(name: string): unknown {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

function plainPod(name: string): unknown {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: { containers: [{ name: "main", image: "app:1" }] },
  };
}

function service(app: string): unknown {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: app },
    spec: { selector: { app }, ports: [{ port: 80 }] },
  };
}

function image(name: string): unknown {
  return { spec: { template: { spec: { containers: [{ name: "main", image: name }] } } } };
}

function deployment(name: string, replicas: number): unknown {
  const template = {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: "main", image: "app:1" }] },
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: { replicas, selector: { matchLabels: { app: name } }, template },
  };
}
