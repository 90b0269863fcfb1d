/** Discovery documents against drawn examples. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { type DiscoveredResource, Discovery } from "./discovery.ts";
import { compareGroups, compareVersions } from "./group-order.ts";
import { storageVersionHash } from "./storage-version-hash.ts";

const sha256 = (text: string): Uint8Array => createHash("sha256").update(text).digest();
const options = { serverAddress: "10.0.0.1:6443" };

function resource(
  group: string,
  version: string,
  plural: string,
  more: Partial<DiscoveredResource> = {},
): DiscoveredResource {
  const singular = plural.slice(0, -1);
  const kind = singular.slice(0, 1).toUpperCase() + singular.slice(1);
  const base = { group, version, plural, singular, kind, namespaced: true, shortNames: [], categories: [] };
  return { ...base, verbs: ["watch", "get", "list"], ...more };
}

const update = (): void => undefined;
const pods = resource("", "v1", "pods", {
  shortNames: ["po"],
  storage: { prefix: "/registry/pods", version: "v1" },
  status: { verbs: ["update", "get", "patch"], prepareForUpdate: update },
  actions: { eviction: { group: "policy", version: "v1", kind: "Eviction", verbs: ["create"] } },
});
const scale = { replicasPath: [], statusReplicasPath: [], selectorPath: [] };
const all = [
  resource("z.example.com", "v1beta1", "zebras", { namespaced: false }),
  resource("z.example.com", "v1", "zebras"),
  resource("apps", "v1", "deployments", { scale, categories: ["all"] }),
  pods,
];

test("Resources of a version are listed with their subresources, in order of their paths", () => {
  const body = new Discovery(all, { sha256 }, options).resources("", "v1")?.body;
  assert.deepEqual(body, {
    kind: "APIResourceList",
    groupVersion: "v1",
    resources: [
      {
        name: "pods",
        singularName: "pod",
        namespaced: true,
        kind: "Pod",
        verbs: ["get", "list", "watch"],
        shortNames: ["po"],
        storageVersionHash: "xPOwRZ+Yhw8=",
      },
      {
        name: "pods/eviction",
        singularName: "",
        namespaced: true,
        group: "policy",
        version: "v1",
        kind: "Eviction",
        verbs: ["create"],
      },
      {
        name: "pods/status",
        singularName: "",
        namespaced: true,
        kind: "Pod",
        verbs: ["get", "patch", "update"],
      },
    ],
  });
});

test("Groups come in upstream's order, versions by stability, and the first version is preferred", () => {
  const discovery = new Discovery(all, { sha256 }, options);
  const zebras = [
    { groupVersion: "z.example.com/v1", version: "v1" },
    { groupVersion: "z.example.com/v1beta1", version: "v1beta1" },
  ];
  const apps = [{ groupVersion: "apps/v1", version: "v1" }];
  assert.deepEqual(discovery.groups().body["groups"], [
    { name: "apps", versions: apps, preferredVersion: apps[0] },
    { name: "z.example.com", versions: zebras, preferredVersion: zebras[0] },
  ]);
  assert.deepEqual(discovery.coreVersions().body["versions"], ["v1"]);
  assert.equal(discovery.group("none"), undefined);
  assert.equal(discovery.group(""), undefined);
  assert.equal(discovery.resources("apps", "v2"), undefined);
  assert.deepEqual(["v1alpha1", "foo", "v1", "v2beta1", "v10", "v2"].sort(compareVersions), [
    "v10",
    "v2",
    "v1",
    "v2beta1",
    "v1alpha1",
    "foo",
  ]);
  assert.deepEqual(["b.io", "resource.k8s.io", "a.io", "discovery.k8s.io", "apps"].sort(compareGroups), [
    "apps",
    "discovery.k8s.io",
    "resource.k8s.io",
    "a.io",
    "b.io",
  ]);
});

test("Aggregated discovery nests resources and subresources under their versions", () => {
  const discovery = new Discovery(all, { sha256 }, options);
  const [core] = discovery.aggregatedCore().body["items"] as {
    metadata: object;
    versions: { resources: unknown[] }[];
  }[];
  assert.deepEqual(core?.metadata, {});
  const groups = discovery.aggregatedGroups().body["items"] as {
    metadata: { name: string };
    versions: unknown[];
  }[];
  assert.deepEqual(
    groups.map((group) => group.metadata.name),
    ["apps", "z.example.com"],
  );
  assert.deepEqual(groups[0]?.versions, [
    {
      version: "v1",
      resources: [
        {
          resource: "deployments",
          responseKind: { group: "", version: "", kind: "Deployment" },
          scope: "Namespaced",
          singularResource: "deployment",
          verbs: ["get", "list", "watch"],
          categories: ["all"],
          subresources: [
            {
              subresource: "scale",
              responseKind: { group: "autoscaling", version: "v1", kind: "Scale" },
              verbs: ["get", "patch", "update"],
            },
          ],
        },
      ],
      freshness: "Current",
    },
  ]);
});

test("An ETag changes with the document, and only with it", () => {
  const etag = (resources: DiscoveredResource[]): string =>
    new Discovery(resources, { sha256 }, options).aggregatedGroups().etag;
  assert.match(etag(all), /^"[0-9A-F]{64}"$/);
  assert.equal(etag(all), etag([...all].reverse()));
  assert.notEqual(etag(all), etag(all.slice(1)));
});

test("The storage version hash is upstream's", () => {
  const hash = (kind: string, version: string): string | undefined =>
    storageVersionHash({ kind, storage: { prefix: "", version } }, sha256);
  assert.equal(hash("ConfigMap", "v1"), "qFsyl6wFWjQ=");
  assert.equal(hash("Namespace", "v1"), "Q3oi5N2YM8M=");
  assert.equal(storageVersionHash({ kind: "Binding" }, sha256), undefined);
});
