/** What is printed of fields that nobody set, or that are not kept, on the wire: `null`, `[]`, `{}`, zero, or nothing at all. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { core, decodeProtobuf, type KubeObject, parseYaml, type Resource, resources } from "#api";
import { userOf } from "#apiserver";
import { type ServedFront, serveFront } from "../testing/served-front.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const PODS = "/api/v1/namespaces/default/pods";
const JOBS = "/apis/batch/v1/namespaces/default/jobs";
const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
const DAEMONS = "/apis/apps/v1/namespaces/default/daemonsets";
const SETS = "/apis/apps/v1/namespaces/default/statefulsets";
const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
const asTable = "application/json;as=Table;g=meta.k8s.io;v=v1";
const asMetadata = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

const token = "static";
const tokens = new Map([[token, userOf("somebody", ["group"])]]);

// oxlint-disable-next-line no-explicit-any -- tests read whatever came
async function send(front: ServedFront, method: string, path: string, body?: object): Promise<any> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const reply = await front.http2.send(method, path, { "content-type": "application/json" }, text);
  assert.ok(reply.status < 300, `${method} ${path}: ${reply.bytes}`);
  return reply.json();
}

/** The first `count` events of a watch. */
async function watched(
  front: ServedFront,
  path: string,
  count: number,
  accept = "application/json",
): Promise<readonly { readonly type: string; readonly object: Record<string, unknown> }[]> {
  const stream = await front.http2.open("GET", path, { accept });
  const lines = createInterface({ input: stream.body });
  const events = [];
  for await (const line of lines) {
    events.push(JSON.parse(line));
    if (events.length === count) break;
  }
  const closed = once(stream.body, "close");
  stream.close();
  await closed;
  return events;
}

function collectionOf({ group, version, plural }: Resource): string {
  return group === "" ? `/api/${version}/${plural}` : `/apis/${group}/${version}/${plural}`;
}

test("items of a list do not say of what kind they are; a single object, a row and metadata do", async () => {
  await using front = await serveFront();
  for (const name of ["a", "b"]) await send(front, "POST", MAPS, { metadata: { name } });
  for (const [accept, parse] of [
    ["application/json", JSON.parse],
    ["application/yaml", (text: string) => parseYaml(text)[0]?.value],
  ] as const) {
    for (const query of ["", "?pretty=1"]) {
      const { bytes } = await front.http1.send("GET", `${MAPS}${query}`, { accept });
      const { kind, items } = parse(bytes.toString());
      assert.equal(kind, "ConfigMapList");
      for (const item of items) assert.deepEqual([item.kind, item.apiVersion], [undefined, undefined]);
    }
  }
  const [row] = (await front.http1.send("GET", `${MAPS}?includeObject=Object`, { accept: asTable })).json()
    .rows;
  assert.deepEqual([row.object.kind, row.object.apiVersion], ["ConfigMap", "v1"]);
  const [item] = (await front.http1.send("GET", MAPS, { accept: asMetadata })).json().items;
  assert.deepEqual([item.kind, item.apiVersion], ["PartialObjectMetadata", "meta.k8s.io/v1"]);
  const removed = await send(front, "DELETE", MAPS);
  assert.deepEqual([removed.kind, removed.items[0].kind], ["ConfigMapList", undefined]);
});

test("nothing in a list is `[]`; nothing in a list of metadata, or in the general table, is `null`", async () => {
  await using front = await serveFront();
  for (const resource of resources.filter(({ verbs }) => verbs.includes("watch"))) {
    const path = `${collectionOf(resource)}?labelSelector=no%3Dbody`;
    const list = (await front.http2.send("GET", path)).json();
    assert.deepEqual([Object.keys(list.metadata), list.items], [["resourceVersion"], []], path);
    for (const pretty of ["", "&pretty=1"]) {
      const metadata = (await front.http2.send("GET", `${path}${pretty}`, { accept: asMetadata })).json();
      assert.deepEqual([metadata.kind, metadata.items], ["PartialObjectMetadataList", null], path);
    }
    const { rows } = (await front.http2.send("GET", path, { accept: asTable })).json();
    assert.deepEqual(rows, resource.kind === "CustomResourceDefinition" ? null : [], path);
  }
});

test("what no store holds has no revision, in no encoding", async () => {
  await using front = await serveFront();
  const path = "/api/v1/componentstatuses";
  const { metadata, items } = await send(front, "GET", path);
  assert.deepEqual(metadata, {});
  const conditions = [{ type: "Healthy", status: "True", message: "ok" }];
  assert.deepEqual(items[2], { metadata: { name: "etcd-0" }, conditions });
  const one = { kind: "ComponentStatus", apiVersion: "v1", ...items[2] };
  assert.deepEqual(await send(front, "GET", `${path}/etcd-0`), one);
  const as = async (accept: string) => await front.http2.send("GET", path, { accept });
  const { rows } = (await as(asTable)).json();
  assert.deepEqual(rows[2].cells, ["etcd-0", "Healthy", "ok", ""]);
  assert.deepEqual(rows[2].object.metadata, { name: "etcd-0" });
  assert.deepEqual((await as(asMetadata)).json().items[2].metadata, { name: "etcd-0" });
  const message = (await as("application/vnd.kubernetes.protobuf")).bytes;
  assert.deepEqual(decodeProtobuf(core.ComponentStatusList, message).items[2], items[2]);
});

test("a bookmark is an object of its kind of which only the revision is set", async () => {
  await using front = await serveFront();
  const query = "watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan";
  const initial = { annotations: { "k8s.io/initial-events-end": "true" } };
  const template = { metadata: {}, spec: { containers: null } };
  const workload = { replicas: 0, selector: null, template };
  for (const [path, rest] of [
    [MAPS.replace("default", "none"), {}],
    [PODS, { spec: { containers: null }, status: {} }],
    [JOBS, { spec: { template }, status: {} }],
    [BINDINGS, { roleRef: { apiGroup: "", kind: "", name: "" } }],
    [DEPLOYMENTS, { spec: { ...workload, strategy: {} }, status: {} }],
    [
      SETS,
      {
        spec: { ...workload, serviceName: "", updateStrategy: {} },
        status: { replicas: 0, availableReplicas: 0 },
      },
    ],
  ] as const) {
    const [first] = await watched(front, `${path}?${query}&fieldSelector=metadata.name%3Dnone`, 1);
    assert.equal(first?.type, "BOOKMARK");
    const { kind: _kind, apiVersion: _version, metadata, ...others } = first.object;
    assert.deepEqual(Object.keys(metadata as object), ["resourceVersion", "annotations"]);
    assert.deepEqual(others, rest);
  }
  const [daemons] = await watched(front, `${DAEMONS}?${query}`, 1);
  const { annotations } = daemons?.object["metadata"] as KubeObject["metadata"];
  assert.deepEqual(annotations, {
    ...initial.annotations,
    "deprecated.daemonset.template.generation": "0",
  });
  const [, last] = await watched(front, `${MAPS}?${query}`, 2, asTable);
  const [row] = last?.object["rows"] as readonly { readonly cells: unknown; readonly object: KubeObject }[];
  assert.deepEqual(row?.cells, ["", 0, "<unknown>"]);
  assert.deepEqual(row?.object.metadata.annotations, initial.annotations);
});

test("a watch sends columns once, and `null` from then on", async () => {
  await using front = await serveFront();
  await send(front, "POST", MAPS, { metadata: { name: "a" } });
  const events = await watched(front, `${MAPS}?watch=1`, 2, asTable);
  const [first, second] = events.map(({ object }) => object["columnDefinitions"]);
  assert.ok(Array.isArray(first) && first.length > 0);
  assert.equal(second, null);
});

test("an empty list that always prints is `null` once it is stored, and also in a dry run", async () => {
  await using front = await serveFront();
  const containers = [{ name: "c", image: "i" }];
  const spec = {
    podFailurePolicy: { rules: [] },
    template: { spec: { restartPolicy: "Never", containers } },
  };
  const job = { metadata: { name: "a" }, spec };
  for (const query of ["?dryRun=All", ""]) {
    const made = await send(front, "POST", `${JOBS}${query}`, job);
    assert.deepEqual(made.spec.podFailurePolicy, { rules: null });
  }
  assert.deepEqual((await send(front, "GET", `${JOBS}/a`)).spec.podFailurePolicy, { rules: null });
});

test("a list in a map is `null`, or empty, as it was sent", async () => {
  await using front = await serveFront();
  const extra = { a: null, b: [], c: ["d"] };
  const resourceAttributes = { namespace: "default", verb: "get", resource: "pods" };
  for (const path of ["subjectaccessreviews", "namespaces/default/localsubjectaccessreviews"]) {
    const body = { spec: { user: "u", extra, resourceAttributes } };
    const review = await send(front, "POST", `/apis/authorization.k8s.io/v1/${path}`, body);
    assert.deepEqual(review.spec.extra, extra);
  }
});

test("a volume in whose place a claim comes is not looked at, and has no monitors", async () => {
  await using front = await serveFront();
  const labels = { app: "a" };
  const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  const volumes = [{ name: "v", cephfs: {} }];
  const spec = {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { volumes, containers: [{ name: "c", image: "i" }] } },
    volumeClaimTemplates: [{ metadata: { name: "v" }, spec: claim }],
  };
  const made = await send(front, "POST", SETS, { metadata: { name: "a" }, spec });
  assert.deepEqual(made.spec.template.spec.volumes, [{ name: "v", cephfs: { monitors: null } }]);
});

test("annotations that were init containers once are no part of pods and templates", async () => {
  await using front = await serveFront();
  const old = {
    "pod.beta.kubernetes.io/init-containers": "[]",
    "pod.alpha.kubernetes.io/init-containers": "[]",
  };
  const spec = { containers: [{ name: "c", image: "i" }] };
  const query = "?dryRun=All";
  const made = await send(front, "POST", `${PODS}${query}`, {
    metadata: { name: "a", annotations: old },
    spec,
  });
  assert.equal(made.metadata.annotations, undefined);
  const kept = { metadata: { annotations: { ...old, mine: "1" } }, spec };
  const template = { metadata: { name: "a" }, template: kept };
  const path = `/api/v1/namespaces/default/podtemplates${query}`;
  assert.deepEqual((await send(front, "POST", path, template)).template.metadata, {
    annotations: { mine: "1" },
  });
});

test("a negative grace period is a second in a pod, and stays what it is in a template", async () => {
  await using front = await serveFront();
  const spec = { terminationGracePeriodSeconds: -5, containers: [{ name: "c", image: "i" }] };
  const pod = await send(front, "POST", PODS, { metadata: { name: "a" }, spec });
  assert.equal(pod.spec.terminationGracePeriodSeconds, 1);
  const path = "/api/v1/namespaces/default/podtemplates";
  const made = await send(front, "POST", path, { metadata: { name: "a" }, template: { spec } });
  assert.equal(made.template.spec.terminationGracePeriodSeconds, -5);
});

test("old clients are told the port that the server is at", async () => {
  await using front = await serveFront({}, { port: 16443 });
  const { serverAddressByClientCIDRs: addresses } = await send(front, "GET", "/api");
  assert.deepEqual(addresses, [{ clientCIDR: "0.0.0.0/0", serverAddress: "127.0.0.1:16443" }]);
});

test("a static token is for the server's own audiences, and a review says for which", async () => {
  await using front = await serveFront({}, { tokens });
  const path = "/apis/authentication.k8s.io/v1/tokenreviews";
  const own = "https://kubernetes.default.svc.cluster.local";
  for (const [audiences, status] of [
    [undefined, { authenticated: true, audiences: [own] }],
    [["else", own], { authenticated: true, audiences: [own] }],
    [["else"], { authenticated: undefined, audiences: undefined }],
  ] as const) {
    const { authenticated, audiences: told } = (
      await send(front, "POST", path, { spec: { token, audiences } })
    ).status;
    assert.deepEqual({ authenticated, audiences: told }, status);
  }
});
