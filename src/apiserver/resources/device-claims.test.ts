/** Who may write which part of a claim's status, as upstream's `DRAResourceClaimGranularStatusAuthorization` has it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answered, type Caller, serve } from "../served.suite.ts";
import { type User, userOf } from "../user.ts";

const group = "resource.k8s.io";
const claims = `/apis/${group}/v1/namespaces/default/resourceclaims`;
const path = `${claims}/a/status`;
const account = "system:serviceaccount:default:driver";

function onNode(name: string): User {
  return { ...userOf(account), extra: { "authentication.kubernetes.io/node-name": [name] } };
}

/** Gives the user what the rules say, beside the status itself. */
async function grant(admin: Caller, name: string, rules: readonly object[]): Promise<void> {
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const status = { apiGroups: [group], resources: ["resourceclaims/status"], verbs: ["update", "patch"] };
  const all = [status, ...rules.map((rule) => ({ apiGroups: [group], ...rule }))];
  const metadata = { name };
  const apiGroup = "rbac.authorization.k8s.io";
  await admin.post(`${rbac}/clusterroles`, { metadata, rules: all });
  await admin.post(`${rbac}/clusterrolebindings`, {
    metadata,
    roleRef: { apiGroup, kind: "ClusterRole", name },
    subjects: [{ apiGroup, kind: "User", name }],
  });
}

function causes({ status, body }: Answered): readonly string[] {
  if (status === 200) return [];
  assert.equal(status, 422);
  return body.details.causes.map((one: Record<string, string>) => `${one["reason"]} ${one["field"]}`);
}

const matchFields = [{ key: "metadata.name", operator: "In", values: ["n"] }];
const allocation = {
  devices: {
    results: [
      { request: "gpu", driver: "a.example.com", pool: "p", device: "d" },
      { request: "gpu", driver: "b.example.com", pool: "p", device: "d" },
    ],
  },
  nodeSelector: { nodeSelectorTerms: [{ matchFields }] },
};
const told = { driver: "a.example.com", pool: "p", device: "d" };

async function makeClaim(admin: Caller, status: object = {}): Promise<void> {
  const exactly = { deviceClassName: "gpu.example.com", count: 2 };
  const spec = { devices: { requests: [{ name: "gpu", exactly }] } };
  assert.equal((await admin.post(claims, { metadata: { name: "a" }, spec })).status, 201);
  assert.equal((await admin.patch(path, "merge-patch+json", { status })).status, 200);
}

test("what is allocated and who uses it is changed with the right to bind claims, in every namespace", () =>
  serve("binding claims", async ({ admin, as }) => {
    await makeClaim(admin);
    await grant(admin, "writer", []);
    await grant(admin, "binder", [{ resources: ["resourceclaims/binding"], verbs: ["patch"] }]);
    const reservedFor = [{ resource: "pods", name: "p", uid: "u" }];
    for (const status of [{ allocation }, { allocation, reservedFor }]) {
      const patch = (name: string) => as(userOf(name)).patch(path, "merge-patch+json", { status });
      assert.deepEqual(causes(await patch("writer")), ["FieldValueForbidden status"]);
      assert.deepEqual(causes(await patch("binder")), []);
      assert.deepEqual(causes(await patch("writer")), [], "nothing changes");
    }
    const { body } = await admin.get(`${claims}/a`);
    const put = await as(userOf("binder")).put(path, { ...body, status: { allocation } });
    assert.deepEqual(causes(put), ["FieldValueForbidden status"], "the right is to patch");
  }));

test("what is told of devices is changed with the right to their driver, on the claim's node or on any", () =>
  serve("telling of devices", async ({ admin, as }) => {
    await makeClaim(admin, { allocation });
    const driver = (verb: string, ...resourceNames: string[]) => ({
      resources: ["resourceclaims/driver"],
      verbs: [verb],
      resourceNames,
    });
    await grant(admin, "anywhere", [driver("arbitrary-node:patch", "a.example.com")]);
    await grant(admin, account, [driver("associated-node:patch", "a.example.com")]);
    const devices = (user: User, ...devices: object[]) =>
      as(user).patch(path, "merge-patch+json", { status: { devices } });
    const refused = ["FieldValueForbidden status.devices"];
    assert.deepEqual(causes(await devices(userOf(account), told)), refused, "of no node");
    assert.deepEqual(causes(await devices(onNode("m"), told)), refused, "of another node");
    assert.deepEqual(causes(await devices(onNode("n"), told)), []);
    assert.deepEqual(causes(await devices(userOf("anywhere"), { ...told, data: { x: 1 } })), []);
    const other = { ...told, driver: "b.example.com" };
    assert.deepEqual(causes(await devices(onNode("n"), { ...told, data: { x: 1 } }, other)), refused);
    assert.deepEqual(causes(await devices(onNode("n"), other)), refused);
    assert.deepEqual(causes(await devices(onNode("n"))), [], "one is told no longer");
  }));

test("access as an administrator is allocated in a namespace that is labelled for it", () =>
  serve("admin results", async ({ admin }) => {
    await makeClaim(admin);
    const [first, ...more] = allocation.devices.results;
    const devices = { results: [{ ...first, adminAccess: true }, ...more] };
    const patch = () =>
      admin.patch(path, "merge-patch+json", { status: { allocation: { ...allocation, devices } } });
    assert.deepEqual(causes(await patch()), [
      "FieldValueForbidden status.allocation.devices.results[0].adminAccess",
    ]);
    const labels = { "resource.kubernetes.io/admin-access": "true" };
    await admin.patch("/api/v1/namespaces/default", "merge-patch+json", { metadata: { labels } });
    assert.deepEqual(causes(await patch()), []);
  }));
