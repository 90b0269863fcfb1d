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
