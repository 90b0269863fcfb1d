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

const API_SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices";
const CONFIG_MAPS = "/api/v1/namespaces/kube-system/configmaps";
const certificate = (text: string): string =>
  `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;

test("each built-in group and version has an APIService that is available here, and so has what a user adds", () =>
  serve("api services", async ({ env, store, admin }) => {
    const { items } = (await admin.get(API_SERVICES)).body;
    assert.equal(items.length, 21, "22 versions, and none of the aggregator's own");
    const { metadata, spec, status } = (await admin.get(`${API_SERVICES}/v2.autoscaling`)).body;
    assert.deepEqual(metadata.labels, { "kube-aggregator.kubernetes.io/automanaged": "onstart" });
    assert.deepEqual(spec, {
      group: "autoscaling",
      version: "v2",
      groupPriorityMinimum: 17_500,
      versionPriority: 30,
    });
    const { lastTransitionTime: _, ...condition } = status.conditions[0];
    assert.deepEqual(condition, {
      type: "Available",
      status: "True",
      reason: "Local",
      message: "Local APIServices are always available",
    });
    assert.equal(metadata.managedFields[0].manager, "kube-apiserver");
    const mine = { group: "example.com", version: "v1", groupPriorityMinimum: 1, versionPriority: 1 };
    await admin.post(API_SERVICES, { metadata: { name: "v1.example.com" }, spec: mine });
    await env.clock.sleep(1_000, new AbortController().signal);
    assert.equal(
      (await admin.get(`${API_SERVICES}/v1.example.com`)).body.status.conditions[0].reason,
      "Local",
    );
    await admin.patch(`${API_SERVICES}/v2.autoscaling`, "merge-patch+json", { spec: { versionPriority: 7 } });
    await admin.delete(`${API_SERVICES}/v1.apps`);
    const deps = { store, resources, tokenKeys: [env.crypto.generateKeyPair()] };
    await using second = new ApiServer(env.child("second"), deps, { rootCertificate: "the authority" });
    await second.start(new AbortController().signal);
    assert.equal((await admin.get(`${API_SERVICES}/v2.autoscaling`)).body.spec.versionPriority, 30);
    assert.equal((await admin.get(`${API_SERVICES}/v1.apps`)).status, 200);
  }));

test("who vouches for callers is told in kube-system, with what other servers know, and comes back", () =>
  serve(
    "callers",
    async ({ env, admin }) => {
      const name = "extension-apiserver-authentication";
      const { data } = (await admin.get(`${CONFIG_MAPS}/${name}`)).body;
      assert.deepEqual(data, {
        "client-ca-file": certificate("ours"),
        "requestheader-allowed-names": '["front"]',
        "requestheader-client-ca-file": certificate("front"),
        "requestheader-extra-headers-prefix": '["X-Remote-Extra-"]',
        "requestheader-group-headers": '["X-Remote-Group"]',
        "requestheader-uid-headers": '["X-Remote-Uid"]',
        "requestheader-username-headers": '["X-Remote-User"]',
      });
      await admin.patch(`${CONFIG_MAPS}/${name}`, "merge-patch+json", {
        data: { "client-ca-file": certificate("theirs"), "requestheader-allowed-names": '["other"]' },
      });
      const tracking = `${CONFIG_MAPS}/kube-apiserver-legacy-service-account-token-tracking`;
      assert.match((await admin.get(tracking)).body.data.since, /^\d{4}-\d\d-\d\d$/);
      await admin.delete(tracking);
      await env.clock.sleep(1_000, new AbortController().signal);
      const both = (await admin.get(`${CONFIG_MAPS}/${name}`)).body.data;
      assert.equal(both["client-ca-file"], certificate("theirs") + certificate("ours"));
      assert.equal(both["requestheader-allowed-names"], '["other","front"]');
      assert.equal((await admin.get(tracking)).status, 200);
    },
    {
      callers: {
        clients: certificate("ours"),
        frontProxies: { authorities: certificate("front"), names: ["front"] },
      },
    },
  ));
