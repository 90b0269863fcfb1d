/** One table of bad definitions and the causes that a create answers with; and what an update may keep. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomResourceDefinition } from "../types/apiextensions/mod.ts";
import { customResourceDefinitions } from "./apiextensions/custom-resource-definition.ts";
import { causesOf, create, type Created, update } from "./create.suite.ts";

const object = { type: "object" };
const text = { type: "string" };
const names = { plural: "things", kind: "Thing" };

interface Definition {
  readonly group?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: object;
  /** Of each version. */
  readonly versions?: readonly object[];
}

function definition(definition: Definition): Created<CustomResourceDefinition> {
  const { group = "example.com", annotations, spec, versions = [{}] } = definition;
  return create(customResourceDefinitions, {
    metadata: { name: `things.${group}`, ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      group,
      scope: "Cluster",
      names,
      versions: versions.map((version, i) => ({
        name: `v${i + 1}`,
        served: true,
        storage: i === 0,
        schema: { openAPIV3Schema: object },
        ...version,
      })),
      ...spec,
    },
  });
}

interface Row {
  readonly name: string;
  readonly of: Definition;
  readonly causes: readonly string[];
}

function row(name: string, of: Definition, ...causes: readonly string[]): Row {
  return { name, of, causes: [...causes].sort() };
}

const root = "spec.validation.openAPIV3Schema";

/** `~` is the root of the schema, `~a` the property that is called so. */
function schemaRow(name: string, schema: object, ...causes: readonly string[]): Row {
  const versions = [{ schema: { openAPIV3Schema: { ...object, ...schema } } }];
  const full = causes.map((cause) => cause.replace(/~(\w+)/, `${root}.properties[$1]`).replace("~", root));
  return row(`A schema with ${name}`, { versions }, ...full);
}

function propertyRow(name: string, a: object, ...causes: readonly string[]): Row {
  return schemaRow(name, { properties: { a } }, ...causes);
}

const list = { type: "array", items: { ...object, properties: { k: text }, required: ["k"] } };
const listType = "x-kubernetes-list-type";
const keys = "x-kubernetes-list-map-keys";
const rules = "x-kubernetes-validations";
const scale = { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" };
const spec = { ...object, properties: { color: text, size: object } };
const selected = { schema: { openAPIV3Schema: { ...object, properties: { spec, metadata: object } } } };

const rows: readonly Row[] = [
  row("A definition", {}),
  row(
    "A version with columns of no type and no path",
    { versions: [{ additionalPrinterColumns: [{ name: "", type: "float", jsonPath: "" }] }] },
    "FieldValueRequired spec.additionalPrinterColumns[0].name",
    "FieldValueInvalid spec.additionalPrinterColumns[0].type",
    "FieldValueRequired spec.additionalPrinterColumns[0].JSONPath",
  ),
  row(
    "One of two versions with a column whose path has no root",
    { versions: [{}, { additionalPrinterColumns: [{ name: "N", type: "string", jsonPath: "spec" }] }] },
    "FieldValueInvalid spec.versions[1].additionalPrinterColumns[0].JSONPath",
  ),
  row("A version that scales", { versions: [{ subresources: { scale } }] }),
  row(
    "A version that scales by fields elsewhere",
    {
      versions: [
        {
          subresources: {
            scale: {
              specReplicasPath: ".status.n",
              statusReplicasPath: "",
              labelSelectorPath: ".metadata.a",
            },
          },
        },
      ],
    },
    "FieldValueInvalid spec.subresources.scale.specReplicasPath",
    "FieldValueRequired spec.subresources.scale.statusReplicasPath",
    "FieldValueInvalid spec.subresources.scale.labelSelectorPath",
  ),
  row(
    "Fields to select by that are none, no scalar, of the metadata, and named twice",
    {
      versions: [
        {
          ...selected,
          selectableFields: [
            { jsonPath: ".spec.color" },
            { jsonPath: ".spec.color" },
            { jsonPath: ".spec.none" },
            { jsonPath: ".spec.size" },
            { jsonPath: ".metadata" },
          ],
        },
      ],
    },
    "FieldValueDuplicate spec.selectableFields[1].jsonPath",
    "FieldValueInvalid spec.selectableFields[2].jsonPath",
    "FieldValueInvalid spec.selectableFields[3].jsonPath",
    "FieldValueInvalid spec.selectableFields[4].jsonPath",
    "FieldValueInvalid spec.selectableFields[4].jsonPath",
  ),
  row(
    "A warning of a version that is not deprecated",
    { versions: [{ deprecationWarning: "old" }] },
    "FieldValueInvalid spec.versions[0].deprecationWarning",
  ),
  row(
    "A schema of which only the status would be kept",
    { versions: [{ subresources: { status: {} }, schema: { openAPIV3Schema: { ...object, anyOf: [{}] } } }] },
    `FieldValueInvalid ${root}`,
  ),
  row(
    "Unknown fields that are kept, and converted",
    {
      spec: {
        preserveUnknownFields: true,
        conversion: {
          strategy: "Webhook",
          webhook: { clientConfig: { url: "https://a.b" }, conversionReviewVersions: ["v1", "v1"] },
        },
      },
    },
    "FieldValueInvalid spec.preserveUnknownFields",
    "FieldValueInvalid spec.conversion.strategy",
    "FieldValueInvalid spec.conversion.conversionReviewVersions[1]",
  ),
  row(
    "A group of the project's that nobody approved of",
    { group: "a.k8s.io" },
    "FieldValueRequired metadata.annotations[api-approved.kubernetes.io]",
  ),
  row(
    "A group of the project's with an approval that is none",
    { group: "a.k8s.io", annotations: { "api-approved.kubernetes.io": "yes" } },
    "FieldValueInvalid metadata.annotations[api-approved.kubernetes.io]",
  ),
  row("A group of the project's that is not approved, and says so", {
    group: "a.k8s.io",
    annotations: { "api-approved.kubernetes.io": "unapproved, a test" },
  }),
  schemaRow(
    "more of the metadata than names",
    { properties: { metadata: { ...object, properties: { labels: object } } } },
    "FieldValueForbidden ~metadata",
  ),
  schemaRow("names of the metadata", {
    properties: { metadata: { ...object, properties: { name: { ...text, maxLength: 9 } } } },
  }),
  schemaRow("null at the root", { nullable: true }, "FieldValueForbidden ~.nullable"),
  schemaRow(
    "a value for every key of the root",
    { additionalProperties: true },
    "FieldValueForbidden ~.additionalProperties",
  ),
  schemaRow(
    "a branch about a field that is not said outside",
    { anyOf: [{ properties: { b: { minLength: 1 } } }] },
    "FieldValueRequired ~b",
  ),
  propertyRow("an int-or-string", {
    "x-kubernetes-int-or-string": true,
    anyOf: [{ type: "integer" }, { type: "string" }],
  }),
  propertyRow(
    "a branch that has a type and a title",
    { ...object, oneOf: [{ type: "object", title: "T" }] },
    "FieldValueForbidden ~a.oneOf[0].type",
    "FieldValueForbidden ~a.oneOf[0].title",
  ),
  propertyRow(
    "an embedded object of no fields",
    { ...object, "x-kubernetes-embedded-resource": true },
    "FieldValueRequired ~a.properties",
  ),
  propertyRow(
    "words that are not supported",
    { ...object, id: "i", $ref: "#/b", patternProperties: { a: object } },
    "FieldValueForbidden ~a.id",
    "FieldValueForbidden ~a.$ref",
    "FieldValueForbidden ~a.patternProperties",
  ),
  schemaRow(
    "a default of the kind",
    { properties: { kind: { ...text, default: "Thing" } } },
    "FieldValueForbidden ~kind.default",
  ),
  propertyRow(
    "a set of objects that merge",
    { ...list, [listType]: "set" },
    `FieldValueInvalid ~a.items.x-kubernetes-map-type`,
  ),
  propertyRow("a map by a key that each item has", { ...list, [listType]: "map", [keys]: ["k"] }),
  propertyRow("a map by no key", { ...list, [listType]: "map" }, `FieldValueRequired ~a.${keys}`),
  propertyRow(
    "a map by a key that items may lack, and one that there is not",
    { type: "array", items: { ...object, properties: { k: text } }, [listType]: "map", [keys]: ["k", "l"] },
    "FieldValueRequired ~a.items.properties[k].default",
    `FieldValueInvalid ~a.${keys}`,
  ),
  propertyRow(
    "keys of a list that is no map",
    { ...list, [keys]: ["k"] },
    `FieldValueRequired ~a.${listType}`,
  ),
  propertyRow(
    "a list's type for an object, and a map's that is none",
    { ...object, [listType]: "atomic", "x-kubernetes-map-type": "set" },
    "FieldValueInvalid ~a.type",
    "FieldValueNotSupported ~a.x-kubernetes-map-type",
  ),
  propertyRow("a pattern of RE2", { ...text, pattern: "^(?P<a>[[:alpha:]])\\z" }),
  propertyRow(
    "patterns that RE2 does not take, in a branch too",
    { ...text, pattern: "a(?=b)", anyOf: [{ pattern: "\\1" }, { minLength: 1 }] },
    "FieldValueInvalid ~a.pattern",
    "FieldValueInvalid ~a.anyOf[0].pattern",
  ),
  propertyRow(
    "types that there are not, in a branch too",
    { ...text, type: "text", not: { type: "none" } },
    "FieldValueNotSupported ~a.type",
    "FieldValueNotSupported ~a.not.type",
    "FieldValueForbidden ~a.not.type",
  ),
  propertyRow("a sound default", {
    ...object,
    default: { k: "x", n: [1, 2], any: { of: [{}] } },
    properties: {
      k: { ...text, pattern: "^x", enum: ["x"] },
      n: { type: "array", items: { type: "integer", maximum: 2 } },
      any: { ...object, "x-kubernetes-preserve-unknown-fields": true },
    },
  }),
  propertyRow(
    "a default that its schema does not take, and of whose fields one is not known",
    {
      ...object,
      default: { k: 1, t: "aaa", n: [0, "x"], o: {} },
      required: ["must"],
      properties: {
        k: text,
        t: { ...text, maxLength: 2 },
        n: { type: "array", maxItems: 1, items: { type: "integer", minimum: 1 } },
        must: text,
      },
    },
    "FieldValueInvalid ~a.default",
    "FieldValueTypeInvalid ~a.default.k",
    "FieldValueTooLong ~a.default.t",
    "FieldValueInvalid ~a.default.n[0]",
    "FieldValueTypeInvalid ~a.default.n[1]",
    "FieldValueTooMany ~a.default.n",
    "FieldValueRequired ~a.default.must",
  ),
  propertyRow(
    "a default that is none of the choices, and one of no branch",
    { ...text, default: "c", enum: ["a", "b"], oneOf: [{ minLength: 2 }, { pattern: "^a" }] },
    "FieldValueNotSupported ~a.default",
    "FieldValueInvalid ~a.default",
    "FieldValueInvalid ~a.default",
  ),
  propertyRow(
    "embedded objects whose defaults are no objects, and have odd names",
    {
      ...object,
      "x-kubernetes-embedded-resource": true,
      default: { kind: "!", metadata: { labels: { a: "!" } } },
      properties: {
        kind: text,
        metadata: { ...object, properties: { name: { ...text, default: "%" } } },
        spec: { ...object, default: {} },
      },
    },
    "FieldValueRequired ~a.default.apiVersion",
    "FieldValueInvalid ~a.default.kind",
    "FieldValueInvalid ~a.default.metadata.labels",
    "FieldValueInvalid ~a.properties[metadata].properties[name].default",
  ),
  row(
    "Defaults beside unknown fields that are kept",
    {
      spec: { preserveUnknownFields: true },
      versions: [{ schema: { openAPIV3Schema: { ...object, properties: { a: { ...text, default: "" } } } } }],
    },
    "FieldValueInvalid spec.preserveUnknownFields",
    "FieldValueInvalid spec.preserveUnknownFields",
  ),
  propertyRow(
    "rules that say nothing, break lines and point nowhere",
    {
      ...object,
      [rules]: [
        { rule: " " },
        { rule: "a &&\nb" },
        { rule: "self.b == 1", fieldPath: ".b", message: "a\nb" },
      ],
    },
    `FieldValueRequired ~a.${rules}[0].rule`,
    `FieldValueRequired ~a.${rules}[1].message`,
    `FieldValueInvalid ~a.${rules}[2].message`,
    `FieldValueInvalid ~a.${rules}[2].fieldPath`,
  ),
];

for (const { name, of, causes } of rows) {
  test(`${name}: ${causes.length === 0 ? "is created" : "is refused with its causes"}`, () => {
    assert.deepEqual(causesOf(definition(of)), causes);
  });
}

test("A definition keeps what only new ones may not have: no approval, unknown fields", () => {
  const { object: old } = definition({ group: "a.k8s.io", spec: { preserveUnknownFields: true } });
  const { errors } = update(customResourceDefinitions, old, ({ spec: draft }) => {
    draft.names.shortNames = ["t"];
  });
  assert.deepEqual(errors, []);
  const approved = definition({
    group: "a.k8s.io",
    annotations: { "api-approved.kubernetes.io": "https://example.com/1" },
  });
  const taken = update(customResourceDefinitions, approved.object, ({ metadata, spec: draft }) => {
    delete metadata.annotations;
    draft.preserveUnknownFields = true;
  });
  assert.deepEqual(taken.errors.sort(), [
    "FieldValueInvalid spec.preserveUnknownFields",
    "FieldValueRequired metadata.annotations[api-approved.kubernetes.io]",
  ]);
});

/** What a definition that is stored may have that a new one may not: an update may keep it, and add none where there was none. */
const kept: readonly (readonly [name: string, sound: object, unsound: object, cause: string])[] = [
  [
    "defaults with unknown fields",
    { properties: { a: { ...object, default: {} } } },
    { properties: { a: { ...object, default: { b: 1 } } } },
    `FieldValueInvalid ${root}.properties[a].default`,
  ],
  [
    "sets whose members merge",
    { properties: { a: { type: "array", items: object } } },
    { properties: { a: { type: "array", [listType]: "set", items: object } } },
    `FieldValueInvalid ${root}.properties[a].items.x-kubernetes-map-type`,
  ],
  [
    "maps whose items may be null",
    { properties: { a: list } },
    {
      properties: {
        a: { ...list, [listType]: "map", [keys]: ["k"], items: { ...list.items, nullable: true } },
      },
    },
    `FieldValueForbidden ${root}.properties[a].items.nullable`,
  ],
];

for (const [name, sound, unsound, cause] of kept) {
  test(`A definition keeps ${name}, and does not get them`, () => {
    for (const [before, causes] of [
      [sound, [cause]],
      [unsound, []],
    ] as const) {
      const { object: old } = definition({
        versions: [{ schema: { openAPIV3Schema: { ...object, ...before } } }],
      });
      const { errors } = update(customResourceDefinitions, old, ({ spec: draft }) => {
        const schema = draft.versions?.[0]?.schema;
        if (schema !== undefined) schema.openAPIV3Schema = { ...object, ...unsound, description: "New" };
      });
      assert.deepEqual(errors, causes);
    }
  });
}

test("A definition that keeps unknown fields keeps schemas that are not structural, of odd types, or none", () => {
  const old = definition({
    spec: { preserveUnknownFields: true },
    versions: [
      { schema: { openAPIV3Schema: { properties: { a: { type: "text" } } } } },
      { schema: undefined },
    ],
  }).object;
  const keepsAll = update(customResourceDefinitions, old, ({ spec: draft }) => {
    draft.names.shortNames = ["t"];
  });
  assert.deepEqual(keepsAll.errors, []);
  const prunes = update(customResourceDefinitions, old, ({ spec: draft }) => {
    delete draft.preserveUnknownFields;
  });
  assert.deepEqual(prunes.errors.sort(), [
    "FieldValueRequired spec.versions[0].schema.openAPIV3Schema.type",
    "FieldValueRequired spec.versions[1].schema.openAPIV3Schema",
  ]);
});

test("A conversion's authorities may be no certificates until it is served; its reviews may stay unknown", () => {
  const webhook = (versions: string[], caBundle: string) => ({
    strategy: "Webhook",
    webhook: { clientConfig: { url: "https://a.b", caBundle }, conversionReviewVersions: versions },
  });
  const { object: old, errors } = definition({ spec: { conversion: webhook(["v1"], "YQ==") } });
  assert.deepEqual(errors.list, []);
  const established = { type: "Established", status: "True", lastTransitionTime: null };
  const served = { ...old, status: { ...old.status, conditions: [established] } };
  const conversion = (versions: string[], caBundle = "YQ==") =>
    update(customResourceDefinitions, { ...served }, ({ spec: draft }) => {
      draft.conversion = webhook(versions, caBundle) as NonNullable<typeof draft.conversion>;
    }).errors;
  assert.deepEqual(conversion(["v1"]), []);
  assert.deepEqual(conversion(["v2"]), ["FieldValueInvalid spec.conversion.conversionReviewVersions"]);
  served.spec = { ...served.spec, conversion: webhook(["v2"], "") } as typeof served.spec;
  assert.deepEqual(conversion(["v2"]), ["FieldValueInvalid spec.conversion.webhookClientConfig.caBundle"]);
});
