/** What resources do beyond their kinds, through the gate in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pod, serve } from "../served.suite.ts";

const SERVICES = "/api/v1/namespaces/default/services";
const PODS = "/api/v1/namespaces/default/pods";
const ADDRESSES = "/apis/networking.k8s.io/v1/ipaddresses";

interface Status {
  readonly metadata: { readonly name: string };
  readonly conditions: readonly object[];
}

function service(name: string, spec: object = {}): object {
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } };
}

test("a new namespace has its service account and root certificate in the same revision", () =>
  serve("namespace", async ({ admin }) => {
    const made = (
      await admin.post("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } })
    ).body;
    const account = (await admin.get("/api/v1/namespaces/n/serviceaccounts/default")).body;
    const certificate = (await admin.get("/api/v1/namespaces/n/configmaps/kube-root-ca.crt")).body;
    const revisions = [made, account, certificate].map((one) => one.metadata.resourceVersion);
    assert.equal(new Set(revisions).size, 1);
    assert.equal(certificate.data["ca.crt"], "the authority");
  }));

test("a deleted namespace is Terminating, takes nothing new, and goes when it is finalized", () =>
  serve("namespace end", async ({ admin }) => {
    await admin.post("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } });
    const ending = (await admin.delete("/api/v1/namespaces/n")).body;
    assert.equal(ending.status.phase, "Terminating");
    const refused = await admin.post("/api/v1/namespaces/n/pods", pod("a"));
    assert.deepEqual([refused.status, refused.body.details.causes[0].reason], [403, "NamespaceTerminating"]);
    const finalized = await admin.put("/api/v1/namespaces/n/finalize", {
      ...ending,
      spec: { finalizers: [] },
    });
    assert.equal(finalized.status, 200);
    assert.equal((await admin.get("/api/v1/namespaces/n")).status, 404);
    assert.equal((await admin.delete("/api/v1/namespaces/default")).status, 403);
  }));

test("services made at once get different addresses and ports, and give them back", () =>
  serve("services", async ({ admin }) => {
    const names = Array.from({ length: 40 }, (_, i) => `s${i}`);
    const made = await Promise.all(
      names.map((name) => admin.post(SERVICES, service(name, { type: "NodePort" }))),
    );
    assert.deepEqual([...new Set(made.map((one) => one.status))], [201]);
    assert.equal(new Set(made.map((one) => one.body.spec.clusterIP)).size, 40);
    assert.equal(new Set(made.map((one) => one.body.spec.ports[0].nodePort)).size, 40);
    const [first] = made;
    assert.ok(first !== undefined);
    const { clusterIP, ports } = first.body.spec;
    assert.equal((await admin.get(`${ADDRESSES}/${clusterIP}`)).body.spec.parentRef.name, "s0");
    const taken = await admin.post(
      SERVICES,
      service("t", { clusterIP, type: "NodePort", ports: [{ port: 80, nodePort: ports[0].nodePort }] }),
    );
    assert.deepEqual(
      taken.body.details.causes.map((one: { field: string }) => one.field),
      ["spec.clusterIPs"],
    );
    const nodePort = ports[0].nodePort;
    const other = await admin.post(
      SERVICES,
      service("t", { type: "NodePort", ports: [{ port: 80, nodePort }] }),
    );
    assert.equal(other.body.details.causes[0].field, "spec.ports[0].nodePort");
    await admin.delete(`${SERVICES}/s0`);
    assert.equal((await admin.get(`${ADDRESSES}/${clusterIP}`)).status, 404);
    const again = await admin.post(
      SERVICES,
      service("t", { clusterIP, type: "NodePort", ports: [{ port: 80, nodePort: ports[0].nodePort }] }),
    );
    assert.equal(again.status, 201);
  }));

test("a service keeps its address through updates, loses it as ExternalName, and headless has none", () =>
  serve("service types", async ({ admin }) => {
    const made = (await admin.post(SERVICES, service("a", { type: "NodePort" }))).body;
    const updated = await admin.put(`${SERVICES}/a`, service("a", { type: "NodePort" }));
    assert.equal(updated.body.spec.clusterIP, made.spec.clusterIP);
    assert.equal(updated.body.spec.ports[0].nodePort, made.spec.ports[0].nodePort);
    const external = {
      spec: {
        type: "ExternalName",
        externalName: "example.com",
        clusterIP: null,
        clusterIPs: null,
        ports: null,
        internalTrafficPolicy: null,
        externalTrafficPolicy: null,
      },
    };
    assert.equal((await admin.patch(`${SERVICES}/a`, "merge-patch+json", external)).status, 200);
    assert.equal((await admin.get(`${ADDRESSES}/${made.spec.clusterIP}`)).status, 404);
    const headless = (await admin.post(SERVICES, service("h", { clusterIP: "None", selector: { a: "b" } })))
      .body;
    assert.deepEqual([headless.spec.clusterIPs, headless.spec.ipFamilies], [["None"], ["IPv4"]]);
    const outside = await admin.post(SERVICES, service("o", { clusterIP: "10.1.2.3" }));
    assert.equal(outside.status, 422);
  }));

test("a pod is bound once", () =>
  serve("binding", async ({ admin }) => {
    await admin.post(PODS, pod("a"));
    const bind = (node: string): ReturnType<typeof admin.post> =>
      admin.post(`${PODS}/a/binding`, {
        apiVersion: "v1",
        kind: "Binding",
        metadata: { name: "a" },
        target: { kind: "Node", name: node },
      });
    const answers = await Promise.all([bind("n1"), bind("n2")]);
    assert.deepEqual(answers.map((one) => one.status).sort(), [201, 409]);
    const bound = (await admin.get(`${PODS}/a`)).body;
    assert.equal(bound.status.conditions[0].type, "PodScheduled");
    assert.equal((await bind("n3")).status, 409);
  }));

test("a pod is resized to what its node could have, where that is one of Linux", () =>
  serve("resize", async ({ admin }) => {
    const node = async (name: string, os: string): Promise<void> => {
      const labels = { "kubernetes.io/os": os };
      await admin.post("/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name, labels } });
      const status = { allocatable: { cpu: "2", memory: "1Gi", pods: "9" } };
      await admin.patch(`/api/v1/nodes/${name}/status`, "merge-patch+json", { status });
    };
    await node("big", "linux");
    await node("other", "plan9");
    const resources = { requests: { cpu: "1", memory: "1Mi" } };
    const sized = (name: string, nodeName?: string): Promise<unknown> =>
      admin.post(PODS, pod(name, { nodeName, containers: [{ name: "c", image: "a", resources }] }));
    await Promise.all([sized("a", "big"), sized("b", "other"), sized("c"), sized("d", "none")]);
    const resize = async (name: string, cpu: string, memory = "1Mi"): Promise<readonly unknown[]> => {
      const patch = { spec: { containers: [{ name: "c", resources: { requests: { cpu, memory } } }] } };
      const { status, body } = await admin.patch(
        `${PODS}/${name}/resize`,
        "strategic-merge-patch+json",
        patch,
      );
      return [status, body.details?.causes?.[0].reason];
    };
    assert.deepEqual(await resize("a", "3"), [403, "NodeCapacity"]);
    assert.deepEqual(await resize("a", "1", "2Gi"), [403, "NodeCapacity"]);
    assert.deepEqual(await resize("a", "2"), [200, undefined]);
    assert.deepEqual(await resize("b", "2"), [403, "UnsupportedPlatform"]);
    assert.deepEqual(await resize("c", "99"), [200, undefined], "no node yet");
    assert.deepEqual(await resize("d", "2"), [403, undefined], "its node is gone");
  }));

test("a pod gets beside its token what the server gives to every pod", () =>
  serve(
    "token config maps",
    async ({ admin }) => {
      const { spec } = (await admin.post(PODS, pod("a"))).body;
      const { sources } = spec.volumes[0].projected;
      const path = "bundle.pem";
      assert.deepEqual(sources.slice(3), [{ configMap: { name: "bundle", items: [{ key: path, path }] } }]);
    },
    { tokenConfigMaps: [{ name: "bundle", key: "bundle.pem" }] },
  ));

test("a pod gets its account's token volume, tolerations and priority", () =>
  serve("pod admission", async ({ admin }) => {
    const { spec } = (await admin.post(PODS, pod("a", { priorityClassName: "system-node-critical" }))).body;
    assert.equal(spec.serviceAccountName, "default");
    assert.match(spec.volumes[0].name, /^kube-api-access-[a-z0-9]{5}$/);
    assert.equal(spec.containers[0].volumeMounts[0].name, spec.volumes[0].name);
    assert.deepEqual(
      spec.tolerations.map((one: { tolerationSeconds: number }) => one.tolerationSeconds),
      [300, 300],
    );
    assert.equal(spec.priority, 2_000_001_000);
    assert.equal((await admin.post(PODS, pod("b", { serviceAccountName: "nobody" }))).status, 403);
    assert.equal((await admin.post(PODS, pod("b", { priorityClassName: "nothing" }))).status, 403);
  }));

test("eviction spends the budget once, then is refused", () =>
  serve("eviction", async ({ admin }) => {
    for (const name of ["a", "b"]) {
      await admin.post(PODS, pod(name, { nodeName: "n" }, { labels: { app: "x" } }));
      const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
      await admin.patch(`${PODS}/${name}/status`, "merge-patch+json", { status });
    }
    const budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    const spec = { minAvailable: 1, selector: { matchLabels: { app: "x" } } };
    await admin.post(budgets, {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "p" },
      spec,
    });
    const status = {
      observedGeneration: 1,
      disruptionsAllowed: 1,
      currentHealthy: 2,
      desiredHealthy: 1,
      expectedPods: 2,
    };
    await admin.patch(`${budgets}/p/status`, "merge-patch+json", { status });
    const evict = (name: string): ReturnType<typeof admin.post> =>
      admin.post(`${PODS}/${name}/eviction`, {
        apiVersion: "policy/v1",
        kind: "Eviction",
        metadata: { name },
      });
    assert.equal((await evict("a")).status, 201);
    assert.ok((await admin.get(`${PODS}/a`)).body.metadata.deletionTimestamp);
    const refused = await evict("b");
    assert.deepEqual([refused.status, refused.body.details.causes[0].reason], [429, "DisruptionBudget"]);
  }));

test("scale reads and writes the replicas of whatever has them", () =>
  serve("scale", async ({ admin }) => {
    const path = "/apis/apps/v1/namespaces/default/deployments";
    const template = {
      metadata: { labels: { app: "x" } },
      spec: { containers: [{ name: "c", image: "nginx" }] },
    };
    const spec = { replicas: 1, selector: { matchLabels: { app: "x" } }, template };
    await admin.post(path, { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "d" }, spec });
    const scale = (await admin.get(`${path}/d/scale`)).body;
    assert.deepEqual([scale.kind, scale.spec.replicas, scale.status.selector], ["Scale", 1, "app=x"]);
    assert.equal(
      (await admin.put(`${path}/d/scale`, { ...scale, spec: { replicas: 3 } })).body.spec.replicas,
      3,
    );
    assert.equal(
      (await admin.patch(`${path}/d/scale`, "merge-patch+json", { spec: { replicas: 5 } })).status,
      200,
    );
    assert.equal((await admin.get(`${path}/d`)).body.spec.replicas, 5);
    assert.equal(
      (await admin.patch(`${path}/d/scale`, "merge-patch+json", { spec: { replicas: -1 } })).status,
      422,
    );
  }));

test("events expire after an hour", () =>
  serve("events", async ({ admin, world }) => {
    const path = "/api/v1/namespaces/default/events";
    const involvedObject = { kind: "Pod", namespace: "default", name: "a" };
    await admin.post(path, { apiVersion: "v1", kind: "Event", metadata: { name: "e" }, involvedObject });
    assert.equal((await admin.get(`${path}/e`)).status, 200);
    await world.env("server").clock.sleep(3_700_000);
    assert.equal((await admin.get(`${path}/e`)).status, 404);
  }));

test("a limit range completes containers, and refuses what is out of bounds", () =>
  serve("limits", async ({ admin }) => {
    const limits = [
      {
        type: "Container",
        default: { cpu: "500m" },
        defaultRequest: { cpu: "100m" },
        max: { cpu: "2" },
        min: { cpu: "10m" },
      },
    ];
    await admin.post("/api/v1/namespaces/default/limitranges", {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "l" },
      spec: { limits },
    });
    const made = (await admin.post(PODS, pod("a"))).body;
    assert.deepEqual(made.spec.containers[0].resources, {
      limits: { cpu: "500m" },
      requests: { cpu: "100m" },
    });
    const note = "LimitRanger plugin set: cpu request for container c; cpu limit for container c";
    assert.equal(made.metadata.annotations["kubernetes.io/limit-ranger"], note);
    const greedy = [{ name: "c", image: "nginx", resources: { limits: { cpu: "3" } } }];
    assert.equal((await admin.post(PODS, pod("b", { containers: greedy }))).status, 403);
  }));

test("a pod that is bound shows its node's zone and the binding's labels", () =>
  serve("topology", async ({ admin }) => {
    const labels = { "topology.kubernetes.io/zone": "z1" };
    await admin.post("/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name: "n1", labels } });
    await admin.post(PODS, pod("a"));
    const metadata = { name: "a", labels: { own: "1" } };
    await admin.post(`${PODS}/a/binding`, {
      apiVersion: "v1",
      kind: "Binding",
      metadata,
      target: { kind: "Node", name: "n1" },
    });
    assert.deepEqual((await admin.get(`${PODS}/a`)).body.metadata.labels, { ...labels, own: "1" });
  }));

test("a claim gets access as an administrator in a namespace that is labelled for it", () =>
  serve("admin access", async ({ admin }) => {
    const exactly = { deviceClassName: "gpu.example.com", adminAccess: true };
    const spec = { devices: { requests: [{ name: "gpu", exactly }] } };
    const path = "/apis/resource.k8s.io/v1/namespaces/default";
    const claim = () => admin.post(`${path}/resourceclaims`, { metadata: { generateName: "a" }, spec });
    const template = () =>
      admin.post(`${path}/resourceclaimtemplates`, { metadata: { generateName: "a" }, spec: { spec } });
    for (const refused of [await claim(), await template()]) {
      assert.equal(refused.status, 422);
      assert.deepEqual(
        refused.body.details.causes.map((one: Record<string, string>) => [one["reason"], one["field"]]),
        [["FieldValueForbidden", "spec.devices.requests[0].adminAccess"]],
      );
    }
    const labels = { "resource.kubernetes.io/admin-access": "true" };
    await admin.patch("/api/v1/namespaces/default", "merge-patch+json", { metadata: { labels } });
    assert.deepEqual([(await claim()).status, (await template()).status], [201, 201]);
  }));

test("component statuses tell of what runs in the process, of leases, and of the store", () => {
  let reason: string | undefined = "informer of nodes has not synced";
  const scheduler = { ready: () => reason, start: async () => {}, [Symbol.asyncDispose]: async () => {} };
  const components = new Map([["scheduler", scheduler]]);
  return serve(
    "component statuses",
    async ({ admin, env }) => {
      const all = async (query = ""): Promise<object> => {
        const { items } = (await admin.get(`/api/v1/componentstatuses${query}`)).body;
        return Object.fromEntries(items.map((one: Status) => [one.metadata.name, one.conditions]));
      };
      const healthy = [{ type: "Healthy", status: "True", message: "ok" }];
      const sick = (error: string): object[] => [{ type: "Healthy", status: "False", error }];
      assert.deepEqual(await all(), {
        scheduler: sick(reason ?? ""),
        "controller-manager": sick("nobody holds the lease kube-system/kube-controller-manager"),
        "etcd-0": healthy,
      });
      reason = undefined;
      const renewTime = new Date(env.clock.now()).toISOString().replace("Z", "000Z");
      await admin.post("/apis/coordination.k8s.io/v1/namespaces/kube-system/leases", {
        metadata: { name: "kube-controller-manager" },
        spec: { holderIdentity: "a", renewTime, leaseDurationSeconds: 15 },
      });
      assert.deepEqual(await all(), {
        scheduler: healthy,
        "controller-manager": healthy,
        "etcd-0": healthy,
      });
      await env.clock.sleep(15_000);
      const path = "/api/v1/componentstatuses/controller-manager";
      const late = `the lease kube-system/kube-controller-manager was renewed last at ${renewTime}`;
      assert.deepEqual((await admin.get(path)).body, {
        kind: "ComponentStatus",
        apiVersion: "v1",
        metadata: { name: "controller-manager" },
        conditions: sick(late),
      });
      assert.deepEqual(await all("?fieldSelector=metadata.name%3Detcd-0"), { "etcd-0": healthy });
      assert.equal((await admin.get("/api/v1/componentstatuses/nobody")).status, 404);
    },
    { components },
  );
});
