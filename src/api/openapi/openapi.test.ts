/** OpenAPI documents of the built-in resources and of a custom one. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { resources } from "../kinds/mod.ts";
import type { Resource } from "../resource.ts";
import { any, field, kind, omitempty, optional, string, struct, typeOf } from "../schema/mod.ts";
import { meta } from "../types/mod.ts";
import { encodeDocument } from "./gnostic.ts";
import { formV2 } from "./gnostic-v2.ts";
import { formV3 } from "./gnostic-v3.ts";
import { OpenApi, type OpenApiDocument } from "./openapi.ts";

const deps = { sha256: (data: Uint8Array): Uint8Array => createHash("sha256").update(data).digest() };
const options = { version: "v1.36.0" };
const builtIn = new OpenApi(resources, deps, options);

type Json = Record<string, unknown>;
type Document = {
  paths: Record<string, Record<string, Json>>;
  components: { schemas: Record<string, Json> };
};

async function v3(path: string, openapi = builtIn): Promise<Document> {
  return JSON.parse(textOf(await openapi.v3(path))) as Document;
}

function textOf(document: OpenApiDocument | undefined): string {
  return Buffer.from(document?.json ?? []).toString();
}

function property(document: Document, definition: string, name: string): unknown {
  return (document.components.schemas[definition]?.["properties"] as Json)[name];
}

test("A field carries what clients merge and default by", async () => {
  const core = await v3("api/v1");
  assert.deepEqual(property(core, "io.k8s.api.core.v1.Container", "ports"), {
    type: "array",
    items: { allOf: [{ $ref: "#/components/schemas/io.k8s.api.core.v1.ContainerPort" }], default: {} },
    "x-kubernetes-list-map-keys": ["containerPort", "protocol"],
    "x-kubernetes-list-type": "map",
    "x-kubernetes-patch-merge-key": "containerPort",
    "x-kubernetes-patch-strategy": "merge",
  });
  assert.deepEqual(property(core, "io.k8s.api.core.v1.Container", "name"), { type: "string", default: "" });
  assert.deepEqual(property(core, "io.k8s.api.core.v1.Pod", "metadata"), {
    allOf: [{ $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" }],
    default: {},
  });
  assert.deepEqual(core.components.schemas["io.k8s.apimachinery.pkg.util.intstr.IntOrString"], {
    format: "int-or-string",
    oneOf: [{ type: "integer" }, { type: "string" }],
  });
  const container = core.components.schemas["io.k8s.api.core.v1.Container"];
  assert.deepEqual(container?.["required"], ["name"]);
  const pod = core.components.schemas["io.k8s.api.core.v1.Pod"];
  assert.deepEqual(pod?.["x-kubernetes-group-version-kind"], [{ group: "", version: "v1", kind: "Pod" }]);
});

test("Operations name their kind and the parameters that clients look for", async () => {
  const { paths } = await v3("apis/apps/v1");
  const patch = paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]?.["patch"];
  assert.equal(patch?.["operationId"], "patchAppsV1NamespacedDeployment");
  assert.equal(patch?.["x-kubernetes-action"], "patch");
  const gvk = { group: "apps", version: "v1", kind: "Deployment" };
  assert.deepEqual(patch?.["x-kubernetes-group-version-kind"], gvk);
  const names = (patch?.["parameters"] as { name: string }[]).map((one) => one.name);
  assert.deepEqual(names, ["pretty", "dryRun", "fieldManager", "fieldValidation", "force"]);
  const scale = paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale"]?.["get"];
  assert.deepEqual(scale?.["x-kubernetes-group-version-kind"], {
    group: "autoscaling",
    version: "v1",
    kind: "Scale",
  });
  const all = paths["/apis/apps/v1/deployments"];
  assert.deepEqual(Object.keys(all ?? {}), ["get"]);
  assert.equal(all?.["get"]?.["x-kubernetes-action"], "list");
  const exec = (await v3("api/v1")).paths["/api/v1/namespaces/{namespace}/pods/{name}/exec"];
  assert.equal(exec?.["post"]?.["x-kubernetes-action"], "connect");
});

test("Every reference of every document leads to a definition, and operation ids are unique", async () => {
  const texts = [textOf(await builtIn.v2())];
  for (const path of builtIn.documentPaths()) texts.push(textOf(await builtIn.v3(path)));
  for (const text of texts) {
    const document = JSON.parse(text) as { definitions?: Json; components?: { schemas: Json } };
    const definitions = document.definitions ?? document.components?.schemas ?? {};
    const references = [...text.matchAll(/"\$ref":"#\/(?:definitions|components\/schemas)\/([^"]+)"/g)];

    for (const [, name = ""] of references) assert.ok(Object.hasOwn(definitions, name), name);
    const ids = [...text.matchAll(/"operationId":"([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
  }
});

test("Version 2 has plain references and string forms, and one document for all groups", async () => {
  const document = JSON.parse(textOf(await builtIn.v2())) as {
    definitions: Record<string, { properties: Json }>;
    paths: Json;
  };
  const { properties } = document.definitions["io.k8s.api.apps.v1.Deployment"] ?? {};
  assert.deepEqual(properties?.["spec"], { $ref: "#/definitions/io.k8s.api.apps.v1.DeploymentSpec" });
  assert.deepEqual(document.definitions["io.k8s.apimachinery.pkg.api.resource.Quantity"], { type: "string" });
  assert.ok("/api/v1/namespaces/{namespace}/pods" in document.paths);
});

test("A custom kind is named by its group, its parts stand in place, and other documents are kept", async () => {
  const part = typeOf("Part", Object.entries({ name: field(1, string), free: omitempty(2, any) }));
  const Widget = kind<never>(
    "example.com/v1",
    "Widget",
  )({ metadata: struct(1, meta.ObjectMeta), spec: optional(2, part) });
  const [pods] = resources.filter((one) => one.plural === "pods");
  const names = {
    group: "example.com",
    version: "v1",
    plural: "widgets",
    singular: "widget",
    kind: "Widget",
  };
  const widgets = {
    ...pods,
    ...names,
    type: Widget,
    actions: {},
    objectSubresources: {},
  } as unknown as Resource;
  await builtIn.index();
  const next = new OpenApi([...resources, widgets], deps, { ...options, previous: builtIn });
  assert.equal(next.v3("apis/apps/v1"), builtIn.v3("apis/apps/v1"));
  const document = await v3("apis/example.com/v1", next);
  assert.deepEqual(property(document, "com.example.v1.Widget", "spec"), {
    type: "object",
    properties: {
      free: { "x-kubernetes-preserve-unknown-fields": true },
      name: { type: "string", default: "" },
    },
    required: ["name"],
  });
  assert.ok(document.components.schemas["com.example.v1.WidgetList"]);
  const index = JSON.parse(textOf(await next.index())) as {
    paths: Record<string, { serverRelativeURL: string }>;
  };
  const hash = (await next.v3("apis/example.com/v1"))?.hash;
  assert.equal(
    index.paths["apis/example.com/v1"]?.serverRelativeURL,
    `/openapi/v3/apis/example.com/v1?hash=${hash}`,
  );
  assert.equal(next.v3("apis/none/v1"), undefined);
});

test("Descriptions come from the provider, for definitions and fields", async () => {
  const describe = (definition: string, name: string | undefined): string => `${definition}#${name ?? ""}`;
  const document = await v3("api/v1", new OpenApi(resources, { ...deps, describe: () => describe }, options));
  const name = "io.k8s.api.core.v1.Pod";
  assert.equal(document.components.schemas[name]?.["description"], `${name}#`);
  assert.equal((property(document, name, "spec") as Json)["description"], `${name}#spec`);
});

test("the deprecated watch paths are described: a collection, one object, and all namespaces", async () => {
  const { paths } = await v3("apis/apps/v1");
  const found = Object.entries(paths)
    .filter(([path]) => path.includes("/watch/") && path.includes("deployments"))
    .map(([path, methods]) => [
      path,
      methods["get"]?.["operationId"],
      methods["get"]?.["x-kubernetes-action"],
    ]);
  assert.deepEqual(found.sort(), [
    ["/apis/apps/v1/watch/deployments", "watchAppsV1DeploymentListForAllNamespaces", "watchlist"],
    [
      "/apis/apps/v1/watch/namespaces/{namespace}/deployments",
      "watchAppsV1NamespacedDeploymentList",
      "watchlist",
    ],
    [
      "/apis/apps/v1/watch/namespaces/{namespace}/deployments/{name}",
      "watchAppsV1NamespacedDeployment",
      "watch",
    ],
  ]);
});

test("Documents are made in slices: the work between two pauses is that of a resource, a path or a definition", async () => {
  let pauses = 0;
  const pause = (): Promise<void> => Promise.resolve(void pauses++);
  const openapi = new OpenApi(resources, { ...deps, pause }, options);
  for (const make of [() => openapi.v2(), () => openapi.v3("api/v1")]) {
    pauses = 0;
    const document = await make();
    const value = JSON.parse(textOf(document)) as Document & { definitions?: object };
    const form = value.definitions === undefined ? formV3 : formV2;
    const entries = [value.paths, value.definitions ?? value.components.schemas].flatMap(Object.keys).length;
    assert.ok(pauses >= entries);
    pauses = 0;
    const bytes = await document?.protobuf?.();
    assert.equal(pauses, entries);
    assert.deepEqual(Buffer.from(bytes ?? []), Buffer.from(encodeDocument(form.document, value)));
  }
});
