/** What a start makes, and what a restart changes and leaves. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { resources } from "#api";
import { serve } from "../served.suite.ts";
import { ApiServer } from "../server.ts";

const ROLES = "/apis/rbac.authorization.k8s.io/v1/clusterroles";

test("a second server on the same store finds everything in place and writes nothing", () =>
  serve("second start", async ({ env, store }) => {
    const before = store.revision;
    const deps = { store, resources, tokenKeys: [env.crypto.generateKeyPair()] };
    await using second = new ApiServer(env.child("second"), deps, { rootCertificate: "the authority" });
    await second.start(new AbortController().signal);
    assert.equal(store.revision, before);
    assert.equal(second.ready(), undefined);
  }));

test("a restart brings missing rules back, keeps added ones, and leaves alone what says so", () =>
  serve("reconcile", async ({ env, store, admin }) => {
    const added = { apiGroups: ["example.com"], resources: ["things"], verbs: ["get"] };
    await admin.patch(`${ROLES}/system:discovery`, "merge-patch+json", { rules: [added] });
    const off = {
      metadata: { annotations: { "rbac.authorization.kubernetes.io/autoupdate": "false" } },
      rules: [],
    };
    await admin.patch(`${ROLES}/system:basic-user`, "merge-patch+json", off);
    await admin.delete(`${ROLES}/view`);
    const deps = { store, resources, tokenKeys: [env.crypto.generateKeyPair()] };
    await using second = new ApiServer(env.child("second"), deps, { rootCertificate: "the authority" });
    await second.start(new AbortController().signal);
    const { rules } = (await admin.get(`${ROLES}/system:discovery`)).body;
    assert.deepEqual(rules[0], added);
    assert.ok(rules.length > 1, "the rules of the policy are back");
    assert.equal((await admin.get(`${ROLES}/system:basic-user`)).body.rules?.length ?? 0, 0);
    assert.ok((await admin.get(`${ROLES}/view`)).body.rules.length > 5);
  }));

test("a fresh server has what every cluster has", () =>
  serve("fresh", async ({ admin }) => {
    for (const name of ["default", "kube-system", "kube-public", "kube-node-lease"]) {
      assert.equal((await admin.get(`/api/v1/namespaces/${name}`)).body.status.phase, "Active");
    }
    const { spec } = (await admin.get("/api/v1/namespaces/default/services/kubernetes")).body;
    assert.equal(spec.clusterIP, "10.96.0.1");
    assert.equal((await admin.get("/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/exempt")).status, 200);
    assert.equal(
      (await admin.get("/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical")).body.value,
      2_000_001_000,
    );
    assert.deepEqual(
      (await admin.get("/apis/networking.k8s.io/v1/servicecidrs/kubernetes")).body.spec.cidrs,
      ["10.96.0.0/12"],
    );
  }));
