/** Addresses and ports of Services: both families, ranges that come and go, races, and the repair of what came apart. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseIp } from "#api";
import { type Answered, type Caller, namesOf, serve } from "../served.suite.ts";

const path = "/api/v1/namespaces/default/services";
const ips = "/apis/networking.k8s.io/v1/ipaddresses";
const ranges = "/apis/networking.k8s.io/v1/servicecidrs";
const dual = { serviceRange: "10.96.0.0/16,fd00:96::/108" };
const MINUTE = 60_000;

function service(name: string, spec: object = {}): object {
  return { metadata: { name }, spec: { ports: [{ name: "a", port: 80 }], ...spec } };
}

async function make(admin: Caller, name: string, spec: object = {}): Promise<Answered["body"]> {
  const made = await admin.post(path, service(name, spec));
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body;
}

/** The IPAddresses, without that of `default/kubernetes`. */
async function taken(admin: Caller): Promise<readonly string[]> {
  const { body } = await admin.get(ips);
  const items = body.items as { metadata: { name: string }; spec: { parentRef: { name: string } } }[];
  return items
    .filter(({ spec }) => spec.parentRef.name !== "kubernetes")
    .map(({ metadata }) => metadata.name);
}

async function reasons(admin: Caller): Promise<readonly string[]> {
  const { body } = await admin.get("/api/v1/namespaces/default/events");
  return (body.items as { reason: string }[]).map(({ reason }) => reason).toSorted();
}

function familyOf(address: string): string {
  return parseIp(address)?.length === 4 ? "IPv4" : "IPv6";
}

const policies: readonly (readonly [spec: object, families: readonly string[]])[] = [
  [{}, ["IPv4"]],
  [{ ipFamilyPolicy: "SingleStack", ipFamilies: ["IPv6"] }, ["IPv6"]],
  [{ ipFamilyPolicy: "PreferDualStack" }, ["IPv4", "IPv6"]],
  [{ ipFamilyPolicy: "RequireDualStack", ipFamilies: ["IPv6"] }, ["IPv6", "IPv4"]],
  [{ ipFamilyPolicy: "PreferDualStack", ipFamilies: ["IPv6", "IPv4"] }, ["IPv6", "IPv4"]],
  [{ clusterIP: "fd00:96::77" }, ["IPv6"]],
  [
    {
      ipFamilyPolicy: "RequireDualStack",
      clusterIPs: ["10.96.0.77", "fd00:96::77"],
      clusterIP: "10.96.0.77",
    },
    ["IPv4", "IPv6"],
  ],
];
for (const [spec, families] of policies) {
  test(`two families: ${JSON.stringify(spec)} gets ${families}`, async () => {
    await serve(
      "families",
      async ({ admin }) => {
        const { spec: got } = await make(admin, "a", spec);
        assert.deepEqual(got.ipFamilies, families);
        assert.deepEqual(got.clusterIPs.map(familyOf), families);
        assert.equal(got.clusterIP, got.clusterIPs[0]);
        assert.deepEqual([...(await taken(admin))].toSorted(), got.clusterIPs.toSorted());
        for (const address of got.clusterIPs) {
          const { body } = await admin.get(`${ips}/${address}`);
          assert.deepEqual(body.spec.parentRef, { resource: "services", namespace: "default", name: "a" });
          assert.deepEqual(body.metadata.labels, {
            "ipaddress.kubernetes.io/ip-family": familyOf(address),
            "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
          });
        }
        await admin.delete(`${path}/a`);
        assert.deepEqual(await taken(admin), []);
      },
      dual,
    );
  });
}

test("a change of policy takes a second address, and gives it back", async () => {
  await serve(
    "change",
    async ({ admin }) => {
      const { spec: before } = await make(admin, "a");
      const set = (spec: object): Promise<Answered> => admin.patch(`${path}/a`, "merge-patch+json", { spec });
      const up = await set({ ipFamilyPolicy: "PreferDualStack" });
      assert.equal(up.status, 200, JSON.stringify(up.body));
      assert.equal(up.body.spec.clusterIPs[0], before.clusterIP);
      assert.deepEqual(up.body.spec.clusterIPs.map(familyOf), ["IPv4", "IPv6"]);
      assert.equal((await taken(admin)).length, 2);
      const moved = await set({ clusterIPs: [before.clusterIP, "fd00:96::1234"] });
      assert.deepEqual([moved.status, moved.body.details.causes[0].field], [422, "spec.clusterIPs[1]"]);
      const cut = await set({
        clusterIPs: [before.clusterIP],
        ipFamilies: ["IPv4"],
        ipFamilyPolicy: "RequireDualStack",
      });
      assert.equal(cut.status, 422);
      const down = await set({ ipFamilyPolicy: "SingleStack" });
      assert.deepEqual(down.body.spec.clusterIPs, [before.clusterIP]);
      assert.deepEqual(await taken(admin), [before.clusterIP]);
      const outside = await set({ type: "ExternalName", externalName: "example.com" });
      assert.equal(outside.status, 200, JSON.stringify(outside.body));
      assert.equal(outside.body.spec.clusterIP, undefined);
      assert.deepEqual(await taken(admin), []);
    },
    dual,
  );
});

test("one family: a preference is content, a requirement is refused", async () => {
  await serve("single", async ({ admin }) => {
    const { spec } = await make(admin, "a", { ipFamilyPolicy: "PreferDualStack" });
    assert.deepEqual([spec.ipFamilies, spec.clusterIPs.length], [["IPv4"], 1]);
    const refused = await admin.post(path, service("b", { ipFamilyPolicy: "RequireDualStack" }));
    assert.deepEqual([refused.status, refused.body.details.causes[0].field], [422, "spec.ipFamilyPolicy"]);
  });
});

test("a new ServiceCIDR gives out addresses at once, and a deleted one none", async () => {
  await serve(
    "ranges",
    async ({ admin }) => {
      // 192.0.2.0/30 has two addresses, and the cluster's own Service holds the first.
      await make(admin, "a");
      const full = await admin.post(path, service("b"));
      assert.deepEqual([full.status, full.body.reason], [500, "InternalError"]);
      assert.match(full.body.message, /range is full/);
      const more = await admin.post(ranges, {
        metadata: { name: "more" },
        spec: { cidrs: ["198.51.100.0/28"] },
      });
      assert.equal(more.status, 201, JSON.stringify(more.body));
      const { spec } = await make(admin, "b");
      assert.match(spec.clusterIP, /^198\.51\.100\./);
      await admin.patch(`${ranges}/more`, "merge-patch+json", {
        metadata: { finalizers: ["example.com/hold"] },
      });
      await admin.delete(`${ranges}/more`);
      const late = await admin.post(path, service("c"));
      assert.equal(late.status, 500);
      const named = await admin.post(path, service("c", { clusterIP: "198.51.100.9" }));
      assert.match(named.body.message, /not in the valid range/);
    },
    { serviceRange: "192.0.2.0/30" },
  );
});

test("the ServiceCIDR of the cluster comes back, and takes up a second family", async () => {
  await serve("default range", async ({ admin, env }) => {
    const { body } = await admin.get(`${ranges}/kubernetes`);
    assert.deepEqual([body.spec.cidrs, body.status.conditions[0].type], [["10.96.0.0/12"], "Ready"]);
    await admin.delete(`${ranges}/kubernetes`);
    await env.clock.sleep(1_000);
    assert.equal((await admin.get(`${ranges}/kubernetes`)).status, 200);
    const wider = await admin.patch(`${ranges}/kubernetes`, "merge-patch+json", {
      spec: { cidrs: ["10.96.0.0/12", "fd00::/108"] },
    });
    assert.equal(wider.status, 200, JSON.stringify(wider.body));
    const other = await admin.patch(`${ranges}/kubernetes`, "merge-patch+json", {
      spec: { cidrs: ["10.0.0.0/8"] },
    });
    assert.equal(other.status, 422);
  });
});

test("writers that meet at one port or address each get one of their own", async () => {
  for (let seed = 0; seed < 10; seed++) {
    await serve(
      `race ${seed}`,
      async ({ admin }) => {
        const names = ["a", "b", "c", "d"];
        const made = await Promise.all(names.map((name) => make(admin, name, { type: "NodePort" })));
        assert.equal(new Set(made.map(({ spec }) => spec.ports[0].nodePort)).size, names.length);
        assert.equal(new Set(made.map(({ spec }) => spec.clusterIP)).size, names.length);
      },
      { serviceRange: "192.0.2.0/29", nodePortRange: "30000-30003" },
    );
  }
});

test("an update or a dry run that fails leaves nothing taken", async () => {
  await serve(
    "nothing leaks",
    async ({ admin }) => {
      await admin.call("POST", `${path}?dryRun=All`, service("a", { ipFamilyPolicy: "RequireDualStack" }));
      const bad = { ipFamilyPolicy: "RequireDualStack", sessionAffinity: "Odd" };
      assert.equal((await admin.post(path, service("a", bad))).status, 422);
      assert.deepEqual(await taken(admin), []);
      await make(admin, "a", { ipFamilyPolicy: "RequireDualStack" });
      const again = await admin.post(path, service("a", { ipFamilyPolicy: "RequireDualStack" }));
      assert.equal(again.status, 409);
      assert.equal((await taken(admin)).length, 2);
    },
    dual,
  );
});

test("repair: what was deleted comes back, what leaked goes, and events tell", async () => {
  await serve(
    "repair",
    async ({ admin, env }) => {
      const { spec } = await make(admin, "a", { type: "NodePort", ipFamilyPolicy: "RequireDualStack" });
      const [first, second] = spec.clusterIPs as readonly string[];
      await admin.delete(`${ips}/${second}`);
      await admin.patch(`${ips}/${first}`, "merge-patch+json", { metadata: { labels: null } });
      const parentRef = { resource: "services", namespace: "default", name: "gone" };
      const labels = { "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io" };
      const leak = { metadata: { name: "10.96.9.9", labels }, spec: { parentRef } };
      const own = { metadata: { name: "10.96.9.8" }, spec: { parentRef } };
      for (const object of [leak, own]) assert.equal((await admin.post(ips, object)).status, 201);
      await env.clock.sleep(8 * MINUTE);
      assert.deepEqual([...(await taken(admin))].toSorted(), ["10.96.9.8", first, second].toSorted());
      assert.equal((await admin.get(`${ips}/${second}`)).body.spec.parentRef.name, "a");
      assert.equal(
        (await admin.get(`${ips}/${first}`)).body.metadata.labels["ipaddress.kubernetes.io/ip-family"],
        "IPv4",
      );
      const told = ["ClusterIPNotAllocated", "ClusterIPNotAllocated", "IPAddressNotAllocated"];
      assert.deepEqual(await reasons(admin), told);
      assert.match(env.metrics.render(), /apiserver_clusterip_repair_ip_errors_total\{type="leak"\} 1/);
    },
    dual,
  );
});

test("repair: the bitmap of node ports follows the Services", async () => {
  await serve("ports", async ({ admin, env, store }) => {
    const { spec } = await make(admin, "a", { type: "NodePort" });
    const key = "/registry/ranges/servicenodeports";
    const record = store.snapshot().get(key);
    assert.ok(record !== undefined);
    const { committed } = await store.commit({
      checks: [{ key, modRevision: record.modRevision }],
      writes: [{ type: "delete", key }],
    });
    assert.ok(committed);
    await env.clock.sleep(4 * MINUTE);
    const [{ nodePort }] = spec.ports;
    const second = await admin.post(
      path,
      service("b", { type: "NodePort", ports: [{ port: 80, nodePort }] }),
    );
    assert.equal(second.status, 422, "the port is known to be taken again");
    assert.deepEqual(await reasons(admin), ["PortNotAllocated"]);
  });
});

test("every FlowSchema says whether its priority level is there", async () => {
  await serve("flows", async ({ admin, env }) => {
    const flows = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas";
    await env.clock.sleep(1_000);
    const conditions = (body: Answered["body"]): unknown =>
      body.status.conditions.map((one: { type: string; status: string; reason: string }) => [
        one.type,
        one.status,
        one.reason,
      ]);
    const list = await admin.get(flows);
    for (const item of list.body.items) assert.deepEqual(conditions(item), [["Dangling", "False", "Found"]]);
    assert.ok(namesOf(list.body).includes("catch-all"));
    const spec = { priorityLevelConfiguration: { name: "none" } };
    await admin.post(flows, { metadata: { name: "lost" }, spec });
    await env.clock.sleep(1_000);
    const { body } = await admin.get(`${flows}/lost`);
    assert.deepEqual(conditions(body), [["Dangling", "True", "NotFound"]]);
    const [entry] = body.metadata.managedFields.filter(
      (one: { operation: string }) => one.operation === "Apply",
    );
    assert.equal(entry.subresource, "status");
  });
});

test("metrics tell of each range and of node ports: tries by scope, what is taken and what is free", () =>
  serve(
    "metrics",
    async ({ admin }) => {
      await make(admin, "a", { type: "NodePort", ipFamilyPolicy: "PreferDualStack" });
      await make(admin, "b", { clusterIP: "10.96.0.9" });
      assert.equal((await admin.post(path, service("c", { clusterIP: "10.96.0.9" }))).status, 422);
      const nodePort = { type: "NodePort", ports: [{ port: 80, nodePort: 30_000 }] };
      assert.equal(
        (await admin.post(`${path}?dryRun=All`, service("d", { clusterIP: "10.96.0.8" }))).status,
        201,
      );
      await make(admin, "e", nodePort);
      assert.equal((await admin.post(path, service("f", nodePort))).status, 422);
      const { body } = await admin.get("/metrics");
      const told = new Map(
        String(body)
          .split("\n")
          .map((line) => /^kube_apiserver_(\S+) (\S+)$/.exec(line))
          .map((match) => [match?.[1], Number(match?.[2])]),
      );
      const v4 = 'cidr="10.96.0.0/24"';
      const v6 = 'cidr="fd00:96::/108"';
      const wanted = {
        [`clusterip_allocator_allocated_ips{${v4}}`]: 4,
        [`clusterip_allocator_available_ips{${v4}}`]: 250,
        [`clusterip_allocator_allocated_ips{${v6}}`]: 1,
        [`clusterip_allocator_available_ips{${v6}}`]: 2 ** 20 - 2,
        [`clusterip_allocator_allocation_total{${v4},scope="dynamic"}`]: 3,
        [`clusterip_allocator_allocation_total{${v4},scope="static"}`]: 2,
        [`clusterip_allocator_allocation_errors_total{${v4},scope="static"}`]: 1,
        [`clusterip_allocator_allocation_duration_seconds_count{${v6}}`]: 1,
        nodeport_allocator_allocated_ports: 2,
        nodeport_allocator_available_ports: 2_766,
        'nodeport_allocator_allocation_total{scope="dynamic"}': 1,
        'nodeport_allocator_allocation_total{scope="static"}': 1,
        'nodeport_allocator_allocation_errors_total{scope="static"}': 1,
      };
      for (const [name, value] of Object.entries(wanted)) assert.equal(told.get(name), value, name);
    },
    { serviceRange: "10.96.0.0/24,fd00:96::/108" },
  ));
