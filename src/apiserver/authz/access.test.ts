/** Who may do what: RBAC, nodes, escalation, impersonation, reviews and tokens, through the gate. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Caller, configMap, pod, serve } from "../served.suite.ts";
import { AUTHENTICATED, NODES, anonymous, serviceAccountUser, type User, userOf } from "../user.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const alice = userOf("alice", [AUTHENTICATED]);

function role(name: string, rules: readonly object[]): object {
  return { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name }, rules };
}

function binding(name: string, roleName: string, userName: string, kind = "Role"): object {
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind, name: roleName };
  const subjects = [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: userName }];
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name },
    roleRef,
    subjects,
  };
}

const readMaps = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list"] }];

test("a user may do what a binding grants, where it grants it, from its commit to its delete", () =>
  serve("binding", async ({ admin, as }) => {
    const user = as(alice);
    const refused = await user.get(MAPS);
    assert.deepEqual([refused.status, refused.body.reason], [403, "Forbidden"]);
    await admin.post(`${RBAC}/namespaces/default/roles`, role("reader", readMaps));
    await admin.post(`${RBAC}/namespaces/default/rolebindings`, binding("alice", "reader", "alice"));
    assert.equal((await user.get(MAPS)).status, 200);
    assert.equal((await user.post(MAPS, configMap("a"))).status, 403);
    assert.equal((await user.get("/api/v1/namespaces/kube-system/configmaps")).status, 403);
    await admin.delete(`${RBAC}/namespaces/default/rolebindings/alice`);
    assert.equal((await user.get(MAPS)).status, 403);
  }));

test("a rule that names objects allows those and no others, in whatever order they are asked for", () =>
  serve("names", async ({ admin, as }) => {
    const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"], resourceNames: ["a", ""] }];
    await admin.post(`${RBAC}/namespaces/default/roles`, role("named", rules));
    await admin.post(`${RBAC}/namespaces/default/rolebindings`, binding("alice", "named", "alice"));
    await admin.post(MAPS, configMap("a"));
    await admin.post(MAPS, configMap("b"));
    const user = as(alice);
    const statuses = ["b", "a", "b", "a"].map(async (name) => (await user.get(`${MAPS}/${name}`)).status);
    assert.deepEqual(await Promise.all(statuses), [403, 200, 403, 200]);
  }));

test("nobody grants what he has not: roles need their rules or escalate, bindings need them or bind", () =>
  serve("escalation", async ({ admin, as }) => {
    const manage = [
      { apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles", "rolebindings"], verbs: ["*"] },
    ];
    await admin.post(`${RBAC}/namespaces/default/roles`, role("manager", manage));
    await admin.post(`${RBAC}/namespaces/default/rolebindings`, binding("alice", "manager", "alice"));
    const user = as(alice);
    const [roles, bindings] = [`${RBAC}/namespaces/default/roles`, `${RBAC}/namespaces/default/rolebindings`];
    assert.equal((await user.post(roles, role("any", readMaps))).status, 201, "the verb * is escalate too");
    await admin.delete(`${roles}/any`);
    const narrow = [{ apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"], verbs: ["get"] }];
    await admin.patch(`${RBAC}/namespaces/default/roles/manager`, "merge-patch+json", {
      rules: [
        {
          apiGroups: ["rbac.authorization.k8s.io"],
          resources: ["roles", "rolebindings"],
          verbs: ["get", "create"],
        },
      ],
    });
    assert.equal((await user.post(roles, role("own", narrow))).status, 201);
    assert.equal((await user.post(roles, role("more", readMaps))).status, 403);
    await admin.post(roles, role("reader", readMaps));
    assert.equal((await user.post(bindings, binding("more", "reader", "bob"))).status, 403);
    assert.equal((await user.post(bindings, binding("own", "own", "bob"))).status, 201);
    assert.equal((await user.post(bindings, binding("none", "absent", "bob"))).status, 404);
  }));

test("the bootstrap policy lets components do their work and no more", () =>
  serve("policy", async ({ admin, as }) => {
    const scheduler = as(userOf("system:kube-scheduler", [AUTHENTICATED]));
    assert.equal((await scheduler.get("/api/v1/pods")).status, 200);
    assert.equal((await scheduler.get("/api/v1/secrets")).status, 403);
    assert.equal((await as(anonymous).get("/version")).status, 200);
    assert.equal((await as(anonymous).get("/api/v1/pods")).status, 403);
    const { rules } = (await admin.get(`${RBAC}/clusterroles/admin`)).body;
    assert.ok(rules.length > 10, "aggregated roles have rules");
    await admin.delete(`${RBAC}/clusterrolebindings/system:kube-scheduler`);
    await admin.delete(`${RBAC}/clusterrolebindings/system:volume-scheduler`);
    assert.equal((await scheduler.get("/api/v1/pods")).status, 403);
  }));

test("a node reads and writes its own node, its pods and what they reference, and nobody else's", () =>
  serve("nodes", async ({ admin, as }) => {
    const node = as(userOf("system:node:n1", [NODES, AUTHENTICATED]));
    const object = (name: string): object => ({ apiVersion: "v1", kind: "Node", metadata: { name } });
    assert.equal((await node.post("/api/v1/nodes", object("n1"))).status, 201);
    assert.equal((await node.post("/api/v1/nodes", object("n2"))).status, 403);
    await admin.post("/api/v1/namespaces/default/secrets", {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s" },
    });
    const volumes = [{ name: "v", secret: { secretName: "s" } }];
    assert.equal((await node.get("/api/v1/namespaces/default/secrets/s")).status, 403);
    await admin.post("/api/v1/namespaces/default/pods", pod("a", { nodeName: "n1", volumes }));
    assert.equal((await node.get("/api/v1/namespaces/default/secrets/s")).status, 200);
    assert.equal((await node.get("/api/v1/namespaces/default/secrets")).status, 403);
    assert.equal((await node.get("/api/v1/pods?fieldSelector=spec.nodeName%3Dn1")).status, 200);
    assert.equal((await node.get("/api/v1/pods")).status, 403);
    const status = { status: { phase: "Running" } };
    assert.equal(
      (await node.patch("/api/v1/namespaces/default/pods/a/status", "merge-patch+json", status)).status,
      200,
    );
    await admin.post("/api/v1/namespaces/default/pods", pod("b", { nodeName: "n2" }));
    assert.equal(
      (await node.patch("/api/v1/namespaces/default/pods/b/status", "merge-patch+json", status)).status,
      403,
    );
    await admin.post("/api/v1/nodes", object("n2"));
    const csiNodes = "/apis/storage.k8s.io/v1/csinodes";
    const slices = "/apis/resource.k8s.io/v1/resourceslices";
    for (const name of ["n1", "n2"]) {
      await admin.post(csiNodes, { metadata: { name }, spec: { drivers: [] } });
      const pool = { name: "p", generation: 1, resourceSliceCount: 1 };
      const spec = { driver: "d.example.com", nodeName: name, pool, devices: [] };
      assert.equal((await admin.post(slices, { metadata: { name }, spec })).status, 201);
    }
    for (const path of ["/api/v1/nodes", csiNodes, slices]) {
      assert.equal((await node.get(`${path}/n1`)).status, 200, path);
      assert.equal((await node.get(`${path}/n2`)).status, 403, path);
      assert.equal((await node.get(path)).status, 403, path);
    }
    assert.equal((await node.get("/api/v1/nodes?fieldSelector=metadata.name%3Dn1")).status, 200);
    assert.equal((await node.get(`${slices}?fieldSelector=spec.nodeName%3Dn1`)).status, 200);
    const claim = { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } };
    await admin.post("/api/v1/namespaces/default/persistentvolumeclaims", {
      metadata: { name: "c" },
      ...claim,
    });
    const grown = { status: { capacity: { storage: "2Gi" } } };
    assert.equal(
      (
        await node.patch(
          "/api/v1/namespaces/default/persistentvolumeclaims/c/status",
          "merge-patch+json",
          grown,
        )
      ).status,
      403,
      "no pod of its has the claim",
    );
    const label = { metadata: { labels: { "node-restriction.kubernetes.io/x": "1" } } };
    assert.equal((await node.patch("/api/v1/nodes/n1", "merge-patch+json", label)).status, 403);
    await admin.delete("/api/v1/namespaces/default/pods/a", { gracePeriodSeconds: 0 });
    assert.equal((await node.get("/api/v1/namespaces/default/secrets/s")).status, 403);
  }));

test("impersonation takes the verb, and acts with the other's rights", () =>
  serve("impersonation", async ({ admin, as }) => {
    const headers = { "Impersonate-User": "bob", "Impersonate-Group": "team" };
    const asBob = await admin.call("POST", whoAmI, selfReview, { headers });
    assert.deepEqual(asBob.body.status.userInfo, { username: "bob", groups: ["team", AUTHENTICATED] });
    assert.equal((await admin.call("GET", MAPS, undefined, { headers })).status, 403);
    assert.equal((await as(alice).call("POST", whoAmI, selfReview, { headers })).status, 403);
  }));

const whoAmI = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const selfReview = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };

/** Grants rules everywhere to one user. */
async function grant(admin: Caller, user: string, rules: readonly object[]): Promise<void> {
  const whole = { ...role(`of-${user}`, rules), kind: "ClusterRole" };
  assert.equal((await admin.post(`${RBAC}/clusterroles`, whole)).status, 201);
  const bound = { ...binding(user, `of-${user}`, user, "ClusterRole"), kind: "ClusterRoleBinding" };
  assert.equal((await admin.post(`${RBAC}/clusterrolebindings`, bound)).status, 201);
}

const part = (verb: string, ...resources: readonly string[]): object => ({
  apiGroups: ["authentication.k8s.io"],
  resources,
  verbs: [verb],
});

test("impersonation constrained to some requests acts with the other's rights, on those alone", () =>
  serve("constrained impersonation", async ({ admin, as }) => {
    await grant(admin, "jane", readMaps);
    await grant(admin, "alice", [
      { ...part("impersonate:user-info", "users"), resourceNames: ["jane", "joe"] },
      part("impersonate:user-info", "groups", "uids", "userextras/example.com/team"),
      { apiGroups: [""], resources: ["configmaps"], verbs: ["impersonate-on:user-info:list"] },
      { nonResourceURLs: ["/metrics"], verbs: ["impersonate-on:user-info:get"] },
    ]);
    const status = async (path: string, headers: Readonly<Record<string, string>>): Promise<number> =>
      (await as(alice).get(path, { headers })).status;
    const jane = { "Impersonate-User": "jane" };
    assert.equal(await status(MAPS, jane), 200);
    assert.equal(await status(`${MAPS}/kube-root-ca.crt`, jane), 403, "another verb");
    assert.equal(await status("/api/v1/namespaces/default/pods", jane), 403, "another resource");
    assert.equal(await status(MAPS, { "Impersonate-User": "joe" }), 403, "joe has no rights");
    assert.equal(await status(MAPS, { "Impersonate-User": "eve" }), 403, "another user");
    assert.equal(await status(MAPS, { "Impersonate-User": "system:node:n" }), 403, "a node is no such user");
    const more = { ...jane, "Impersonate-Uid": "1", "Impersonate-Extra-Example.com%2Fteam": "a" };
    assert.equal(await status(MAPS, { ...more, "Impersonate-Group": "team" }), 200);
    assert.equal(await status(MAPS, { ...jane, "Impersonate-Group": "system:masters" }), 403);
    assert.equal(await status("/metrics", jane), 403, "jane may not");
    assert.equal(await status("/metrics", { ...jane, "Impersonate-Group": "system:monitoring" }), 200);
    assert.equal(await status(MAPS, { "Impersonate-Group": "team" }), 400);
  }));

test("an agent may impersonate the node that it runs on, and whoever may, any node or an account", () =>
  serve("node impersonation", async ({ admin, as }) => {
    const agent = {
      ...serviceAccountUser("default", "agent"),
      extra: { "authentication.kubernetes.io/node-name": ["n1"] },
    };
    const review = { apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"] };
    await grant(admin, agent.name, [
      part("impersonate:associated-node", "nodes"),
      { ...review, verbs: ["impersonate-on:associated-node:create"] },
    ]);
    await grant(admin, "alice", [
      part("impersonate:arbitrary-node", "nodes"),
      { ...part("impersonate:serviceaccount", "serviceaccounts"), resourceNames: ["app"] },
      { ...review, verbs: ["impersonate-on:arbitrary-node:create", "impersonate-on:serviceaccount:create"] },
    ]);
    const groupsAs = async (user: User, name: string, group?: string): Promise<unknown> => {
      const headers = {
        "Impersonate-User": name,
        ...(group === undefined ? {} : { "Impersonate-Group": group }),
      };
      const { status, body } = await as(user).call("POST", whoAmI, selfReview, { headers });
      return status === 201 ? body.status.userInfo.groups : status;
    };
    const node = [NODES, AUTHENTICATED];
    assert.deepEqual(await groupsAs(agent, "system:node:n1"), node);
    assert.equal(await groupsAs(agent, "system:node:n2"), 403);
    assert.equal(await groupsAs(agent, "system:node:n1", "more"), 403);
    assert.deepEqual(await groupsAs(alice, "system:node:n2"), node);
    const account = ["system:serviceaccounts", "system:serviceaccounts:prod", AUTHENTICATED];
    assert.deepEqual(await groupsAs(alice, "system:serviceaccount:prod:app"), account);
    assert.equal(await groupsAs(alice, "system:serviceaccount:prod:other"), 403);
  }));

test("access reviews answer for anybody, and for oneself without rights", () =>
  serve("reviews", async ({ admin, as }) => {
    const path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    const spec = (user: string): object => ({ user, resourceAttributes: { verb: "list", resource: "pods" } });
    const review = { apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview" };
    assert.equal(
      (await admin.post(path, { ...review, spec: spec("system:kube-scheduler") })).body.status.allowed,
      true,
    );
    assert.equal((await admin.post(path, { ...review, spec: spec("alice") })).body.status.allowed, false);
    const self = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { nonResourceAttributes: { path: "/version", verb: "get" } },
    };
    const own = await as(alice).post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", self);
    assert.deepEqual([own.status, own.body.status.allowed], [201, true]);
  }));

test("a service account token names its account and pod, and dies with them", () =>
  serve("tokens", async ({ admin, world }) => {
    await admin.post("/api/v1/namespaces/default/pods", pod("a"));
    const spec = {
      audiences: [],
      expirationSeconds: 600,
      boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "a" },
    };
    const made = await admin.post("/api/v1/namespaces/default/serviceaccounts/default/token", {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec,
    });
    assert.equal(made.status, 201);
    let { token } = made.body.status;
    const review = async (): Promise<{
      authenticated?: boolean;
      user: { username?: string; extra?: Record<string, string[]> };
    }> => {
      const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } };
      return (await admin.post("/apis/authentication.k8s.io/v1/tokenreviews", body)).body.status;
    };
    const good = await review();
    assert.equal(good.user.username, serviceAccountUser("default", "default").name);
    assert.deepEqual(good.user.extra?.["authentication.kubernetes.io/pod-name"], ["a"]);
    await admin.delete("/api/v1/namespaces/default/pods/a", { gracePeriodSeconds: 0 });
    assert.equal((await review()).authenticated, undefined);
    await admin.post("/api/v1/namespaces/default/pods", pod("a"));
    assert.equal((await review()).authenticated, undefined, "another pod of that name is another pod");
    const short = { ...spec, expirationSeconds: 10 };
    const refused = await admin.post("/api/v1/namespaces/default/serviceaccounts/default/token", {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: short,
    });
    assert.equal(refused.status, 422);
    const free = await admin.post("/api/v1/namespaces/default/serviceaccounts/default/token", {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: 600 },
    });
    token = free.body.status.token;
    assert.equal((await review()).authenticated, true);
    // Clocks of servers may differ by a minute.
    world.jumpClock("server", -59_000);
    assert.equal((await review()).authenticated, true);
    world.jumpClock("server", -2_000);
    assert.equal((await review()).authenticated, undefined);
    world.jumpClock("server", 61_000 + 659_000);
    assert.equal((await review()).authenticated, true);
    world.jumpClock("server", 2_000);
    assert.equal((await review()).authenticated, undefined);
  }));
