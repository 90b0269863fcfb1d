/** Which tokens a node gets, through the gate. */
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
