/** Which tokens a node gets, and what it may say of claims, through the gate. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pod, serve } from "../served.suite.ts";
import { AUTHENTICATED, NODES, userOf } from "../user.ts";

const namespaced = "/api/v1/namespaces/default";

test("a node gets tokens for its own pods alone, for the audiences that their volumes name", () =>
  serve("node tokens", async ({ admin, as }) => {
    const node = as(userOf("system:node:n1", [NODES, AUTHENTICATED]));
    await admin.post(`${namespaced}/serviceaccounts`, { metadata: { name: "default" } });
    const source = { serviceAccountToken: { path: "vault", audience: "vault" } };
    const volumes = [
      { name: "v", projected: { sources: [source] } },
      { name: "d", csi: { driver: "d.example.com" } },
    ];
    await admin.post("/apis/storage.k8s.io/v1/csidrivers", {
      metadata: { name: "d.example.com" },
      spec: { tokenRequests: [{ audience: "driver" }] },
    });
    const uids: Record<string, string> = {};
    for (const [name, nodeName] of [
      ["mine", "n1"],
      ["other", "n2"],
    ] as const) {
      const made = await admin.post(`${namespaced}/pods`, pod(name, { nodeName, volumes }));
      assert.equal(made.status, 201, JSON.stringify(made.body));
      uids[name] = made.body.metadata.uid;
    }
    const asked = async (boundTo: object | undefined, audiences: readonly string[] = []) => {
      const spec = { audiences, ...(boundTo === undefined ? {} : { boundObjectRef: boundTo }) };
      const answer = await node.post(`${namespaced}/serviceaccounts/default/token`, { spec });
      return answer.status === 201 ? "given" : `${answer.status} ${answer.body.message}`;
    };
    const to = (name: string, uid = uids[name]) => ({ apiVersion: "v1", kind: "Pod", name, uid });
    for (const audiences of [[], ["vault"], ["driver"]])
      assert.equal(await asked(to("mine"), audiences), "given", audiences.join());
    assert.match(await asked(undefined), /^403 .*not bound to a pod/);
    assert.match(await asked(to("mine", "")), /^403 .*without a uid/);
    assert.match(await asked(to("mine", "x")), /^403 .*does not match the UID in record/);
    assert.match(await asked(to("other")), /^403 .*scheduled on a different node/);
    assert.match(await asked(to("mine"), ["a", "b"]), /^403 .*0 or 1 audiences/);
    assert.match(await asked(to("mine"), ["bank"]), /^403 .*audience "bank" not found in pod spec volume/);
    await admin.post("/apis/rbac.authorization.k8s.io/v1/clusterroles", {
      metadata: { name: "bank" },
      rules: [{ apiGroups: [""], resources: ["bank"], verbs: ["request-serviceaccounts-token-audience"] }],
    });
    await admin.post("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
      metadata: { name: "bank" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "bank" },
      subjects: [{ kind: "Group", apiGroup: "rbac.authorization.k8s.io", name: NODES }],
    });
    assert.equal(await asked(to("mine"), ["bank"]), "given");
    const stale = { metadata: { uid: "another" }, spec: {} };
    assert.equal((await admin.post(`${namespaced}/serviceaccounts/default/token`, stale)).status, 409);
  }));

test("a node tells how large a claim's volume is, and changes nothing else of it", () =>
  serve("claims", async ({ admin, as }) => {
    const node = as(userOf("system:node:n1", [NODES, AUTHENTICATED]));
    const claims = `${namespaced}/persistentvolumeclaims`;
    const requests = { storage: "1Gi" };
    await admin.post(claims, {
      metadata: { name: "c" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests } },
    });
    const volumes = [{ name: "v", persistentVolumeClaim: { claimName: "c" } }];
    await admin.post(`${namespaced}/pods`, pod("mine", { nodeName: "n1", volumes }));
    const told = (change: object) => node.patch(`${claims}/c/status`, "merge-patch+json", change);
    const grown = await told({ status: { capacity: { storage: "2Gi" } } });
    assert.equal(grown.status, 200, JSON.stringify(grown.body));
    for (const change of [{ metadata: { labels: { a: "b" } } }, { status: { phase: "Lost" } }]) {
      const { status, body } = await told(change);
      assert.equal(status, 403);
      assert.match(body.message, /not allowed to update fields other than status.capacity/);
    }
  }));
