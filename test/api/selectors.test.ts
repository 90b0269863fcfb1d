/** Lists by label and field selectors, through the gate, in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { resources } from "#api";
import { configMap, namesOf, serve } from "../../src/apiserver/served.suite.ts";

const SECRETS = "/api/v1/namespaces/default/secrets";
const secret = (name: string, labels: Readonly<Record<string, string>>): object => ({
  metadata: { name, labels },
});

test("label selectors in every form select, and malformed ones are refused", () =>
  serve("labels", async ({ admin }) => {
    await admin.post(SECRETS, secret("a", { app: "x", tier: "1" }));
    await admin.post(SECRETS, secret("b", { app: "y", tier: "10" }));
    await admin.post(SECRETS, secret("c", { "example.com/app": "x" }));
    const rows: readonly (readonly [string, readonly string[] | 400])[] = [
      ["app=x", ["a"]],
      ["app==x", ["a"]],
      ["app!=x", ["b", "c"]],
      ["app in (x,y)", ["a", "b"]],
      ["app notin (x)", ["b", "c"]],
      ["app", ["a", "b"]],
      ["!app", ["c"]],
      ["tier>2", ["b"]],
      ["tier<2", ["a"]],
      ["example.com/app=x", ["c"]],
      ["app=x,tier=1", ["a"]],
      ["app=x,tier=2", []],
      ["app=", []],
      ["app in x", 400],
      ["app=x,,", 400],
      ["-bad-=x", 400],
      ["app=x y", 400],
      ["tier>many", 400],
      ["app in (x", 400],
    ];
    for (const [selector, expected] of rows) {
      const answer = await admin.get(`${SECRETS}?labelSelector=${encodeURIComponent(selector)}`);
      const found = answer.status === 200 ? namesOf(answer.body) : answer.status;
      assert.deepEqual(found, expected, `${selector}: ${JSON.stringify(answer.body.message)}`);
    }
  }));

/** Fields that upstream lets clients select by, beyond name and namespace. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  pods: [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.podIPs",
    "status.nominatedNodeName",
  ],
  nodes: ["spec.unschedulable"],
  namespaces: ["status.phase"],
  secrets: ["type"],
  services: ["spec.clusterIP", "spec.type"],
  replicationcontrollers: ["status.replicas"],
  "replicasets.apps": ["status.replicas"],
  "jobs.batch": ["status.successful"],
  "certificatesigningrequests.certificates.k8s.io": ["spec.signerName"],
  events: ["involvedObject.kind", "involvedObject.name", "involvedObject.uid", "reason", "source", "type"],
  "events.events.k8s.io": ["regarding.kind", "regarding.name", "reason", "reportingController", "type"],
};

test("every kind lists by its own fields and refuses others with 400", () =>
  serve("fields", async ({ admin }) => {
    for (const { group, version, plural, namespaced, verbs } of resources) {
      if (!verbs.includes("list")) continue;
      const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
      const status = async (field: string): Promise<number> =>
        (await admin.get(`${root}/${plural}?fieldSelector=${encodeURIComponent(`${field}=none`)}`)).status;
      const name = group === "" ? plural : `${plural}.${group}`;
      const good = ["metadata.name", ...(namespaced ? ["metadata.namespace"] : []), ...(FIELDS[name] ?? [])];
      for (const field of good) assert.equal(await status(field), 200, `${name} by ${field}`);
      for (const field of ["metadata.uid", "metadata.labels", "spec.nothing", "__proto__", "constructor"])
        assert.equal(await status(field), 400, `${name} by ${field}`);
    }
    assert.equal((await admin.get(`${SECRETS}?fieldSelector=metadata.name`)).status, 400);
    // A cluster-scoped kind without fields of its own may be asked for a namespace, which none of it has.
    assert.equal((await admin.get("/api/v1/nodes?fieldSelector=metadata.namespace%3Dx")).status, 400);
    const roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles?fieldSelector=metadata.namespace";
    assert.deepEqual(namesOf((await admin.get(`${roles}%3Dx`)).body), []);
    const events = "/apis/events.k8s.io/v1/namespaces/default/events";
    const regarding = { kind: "Pod", name: "web-0", namespace: "default" };
    const words = { reason: "Pulled", action: "Pull", note: "", type: "Normal" };
    const from = { reportingController: "example.com/x", reportingInstance: "x-1" };
    const eventTime = "2026-01-01T00:00:00.000000Z";
    const made = await admin.post(events, {
      metadata: { name: "e" },
      regarding,
      eventTime,
      ...words,
      ...from,
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    for (const field of ["regarding.name%3Dweb-0", "reportingController%3Dexample.com/x"])
      assert.deepEqual(namesOf((await admin.get(`${events}?fieldSelector=${field}`)).body), ["e"], field);
    const core = "/api/v1/events?fieldSelector=involvedObject.name%3Dweb-0,type!%3DWarning";
    assert.deepEqual(namesOf((await admin.get(core)).body), ["e"]);
    await admin.post("/api/v1/namespaces/default/configmaps", configMap("one"));
    const not = await admin.get(
      "/api/v1/namespaces/default/configmaps?fieldSelector=metadata.name!%3Dkube-root-ca.crt",
    );
    assert.deepEqual(namesOf(not.body), ["one"]);
  }));
