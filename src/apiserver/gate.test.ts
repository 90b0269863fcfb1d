/** Routes, bounds and the paths that are no resources. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { resources } from "#api";
import { Caller, configMap, serve } from "./served.suite.ts";
import { ApiServer } from "./server.ts";
import { AUTHENTICATED, MASTERS, userOf } from "./user.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";

test("unknown paths, versions, resources and methods are told apart", () =>
  serve("routes", async ({ admin }) => {
    const rows: readonly (readonly ["GET" | "POST" | "PUT" | "DELETE", string, number])[] = [
      ["GET", "/nope", 404],
      ["GET", "/apis/nope.example.com/v1/things", 404],
      ["GET", "/apis/apps/v2/deployments", 404],
      ["GET", "/api/v1/namespaces/default/nodes", 404],
      ["GET", "/api/v1/namespaces/default/pods/a/nope", 404],
      ["GET", "/api/v1/pods/a", 404],
      ["PUT", "/apis/apps/v1/deployments/a/status", 404],
      ["GET", "/api/v1/pods/a/log", 404],
      ["POST", "/api/v1/configmaps", 405],
      ["DELETE", "/api/v1/configmaps", 405],
      ["PUT", MAPS, 405],
      ["POST", "/version", 405],
      ["POST", "/healthz", 200],
      ["GET", "/api/v1/pods/", 200],
      ["GET", "/api/v1//pods", 404],
      ["GET", "//api/v1/pods", 404],
      ["GET", "/apis/authorization.k8s.io/v1/subjectaccessreviews", 405],
    ];
    for (const [method, path, status] of rows) {
      assert.equal(
        (await admin.call(method, path, method === "GET" ? undefined : {})).status,
        status,
        `${method} ${path}`,
      );
    }
  }));

test("requests over the bound of their flow get 429, when to come back and whose flow it is; watches are not counted", () =>
  serve("fairness", async ({ env, store, admin }) => {
    const deps = { store, resources, tokenKeys: [env.crypto.generateKeyPair()] };
    await using small = new ApiServer(env.child("small"), deps, {
      rootCertificate: "x",
      inFlight: { reads: 1, writes: 0 },
    });
    await small.start(new AbortController().signal);
    const flows = { apiVersion: "flowcontrol.apiserver.k8s.io/v1", metadata: { name: "bobs" } };
    const level = await admin.post("/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations", {
      ...flows,
      kind: "PriorityLevelConfiguration",
      spec: {
        type: "Limited",
        limited: {
          nominalConcurrencyShares: 1,
          borrowingLimitPercent: 0,
          limitResponse: { type: "Reject" },
        },
      },
    });
    const schema = await admin.post("/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas", {
      ...flows,
      kind: "FlowSchema",
      spec: {
        matchingPrecedence: 10,
        priorityLevelConfiguration: { name: "bobs" },
        rules: [
          {
            subjects: [{ kind: "User", user: { name: "bob" } }],
            resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"] }],
          },
        ],
      },
    });
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
    const subjects = [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "bob" }];
    const bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
    await admin.post(bindings, {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "bob" },
      roleRef,
      subjects,
    });
    const bob = new Caller(small, userOf("bob", [AUTHENTICATED]));
    await bob.watch(`${MAPS}?watch=true`, new AbortController().signal);
    const answers = await Promise.all([1, 2, 3].map((i) => bob.post(MAPS, configMap(`m${i}`))));
    assert.deepEqual(answers.map((one) => one.status).sort(), [201, 429, 429]);
    const refused = answers.find((one) => one.status === 429);
    assert.equal(refused?.headers["retry-after"], "1");
    for (const { headers } of answers) {
      assert.equal(headers["x-kubernetes-pf-flowschema-uid"], schema.body.metadata.uid);
      assert.equal(headers["x-kubernetes-pf-prioritylevel-uid"], level.body.metadata.uid);
    }
    const metrics: string = (await new Caller(small, userOf("root", [MASTERS])).get("/metrics")).body;
    assert.match(metrics, /apiserver_flowcontrol_rejected_requests_total\{flow_schema="bobs",.*\} 2/);
    assert.match(metrics, /apiserver_flowcontrol_nominal_limit_seats\{priority_level="bobs"\} 1/);
    assert.equal((await bob.post(MAPS, configMap("after"))).status, 201);
  }));

test("health, version, discovery, OpenAPI, metrics and the token issuer answer", () =>
  serve("endpoints", async ({ admin }) => {
    assert.equal((await admin.get("/readyz")).body, "ok");
    assert.match((await admin.get("/readyz?verbose")).body, /^\[\+\]ping ok\n/);
    const excluded = (await admin.get("/livez?verbose&exclude=etcd&exclude=none")).body;
    assert.match(excluded, /^\[\+\]ping ok\n\[\+\]log ok\n\[\+\]etcd excluded: ok\n/);
    const warning = 'warn: some health checks cannot be excluded: no matches for "none"';
    assert.ok(excluded.endsWith(`\n${warning}\nlivez check passed\n`), excluded);
    assert.equal((await admin.get("/readyz/poststarthook/rbac/bootstrap-roles")).body, "ok");
    assert.equal((await admin.get("/readyz/nothing")).status, 404);
    const { paths } = (await admin.get("/")).body;
    for (const path of ["/api/v1", "/apis/apps", "/apis/apps/v1", "/metrics"])
      assert.ok(paths.includes(path), path);
    assert.equal((await admin.get("/version")).body.minor, "36");
    assert.deepEqual((await admin.get("/api")).body.versions, ["v1"]);
    const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    assert.equal((await admin.get("/apis", { accept })).body.kind, "APIGroupDiscoveryList");
    assert.ok(
      JSON.parse((await admin.get("/openapi/v3/apis/apps/v1")).body).components.schemas[
        "io.k8s.api.apps.v1.Deployment"
      ],
    );
    assert.match((await admin.get("/metrics")).body, /apiserver_request_total\{/);
    const { issuer, jwks_uri: keys } = JSON.parse(
      (await admin.get("/.well-known/openid-configuration")).body,
    );
    assert.equal(keys, `${issuer}/openid/v1/jwks`);
    assert.equal(JSON.parse((await admin.get("/openid/v1/jwks")).body).keys[0].crv, "P-256");
  }));
