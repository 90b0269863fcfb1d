/** Strict decoding: what is refused, what is reported and how, and what the canonical object looks like. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../test/testing/properties.ts";
import { int32, message, omitempty, optional, rawExtension, string, typeOf } from "../schema/mod.ts";
import { CustomResourceDefinition } from "../types/apiextensions/mod.ts";
import { Deployment, StatefulSet } from "../types/apps/mod.ts";
import { ConfigMap, Event, Pod, Service } from "../types/core/mod.ts";
import { EndpointSlice } from "../types/discovery/mod.ts";
import { Table } from "../types/meta/mod.ts";
import { ClusterRole } from "../types/rbac/mod.ts";
import { canonical, type DecodeMode, decode } from "./decode.ts";
import { encodeJson, stringifyJson } from "./encode-json.ts";
import { DecodeError } from "./errors.ts";
import { parseDocument } from "./json-parser.ts";
import { allKinds, objectsOf } from "./objects.suite.ts";

const container = { name: "c", image: "nginx" };

test("Unknown and duplicate fields are named by their paths", () => {
  const rows: readonly (readonly [text: string, warnings: readonly string[]])[] = [
    [`{"spec":{"containers":[{"name":"c","imagee":"x"}]}}`, ['unknown field "spec.containers[0].imagee"']],
    [`{"spec":{"restartPolicy":"Always","restartPolicy":"Never"}}`, ['duplicate field "spec.restartPolicy"']],
    [`{"Spec":{}}`, ['unknown field "Spec"']],
    [`{"metadata":{"labels":{"a.b/c":"1","a.b/c":"2"}}}`, ['duplicate field "metadata.labels.a.b/c"']],
    [`{"metadata":{"annotations":{"x":"1"},"clusterName":"x"}}`, ['unknown field "metadata.clusterName"']],
    [
      `{"spec":{"volumes":[{"name":"a"},{"name":"b","hostPath":{"path":"/","bad":1}}],"x":1},"y":2}`,
      ['unknown field "spec.volumes[1].hostPath.bad"', 'unknown field "spec.x"', 'unknown field "y"'],
    ],
    [`{"spec":{"containers":[],"containers":[]}}`, ['duplicate field "spec.containers"']],
    [`{"constructor":1}`, ['unknown field "constructor"']],
  ];
  for (const [text, warnings] of rows) {
    assert.deepEqual(decode(Pod, text, "warn").warnings, warnings, text);
    assert.deepEqual(decode(Pod, text, "ignore").warnings, []);
    assert.throws(() => decode(Pod, text, "strict"), {
      code: "strict",
      message: `strict decoding error: ${warnings.join(", ")}`,
    });
  }
});

test("At most a hundred problems are reported", () => {
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`bad${i}`, 1]));
  assert.equal(decode(Pod, many, "warn").warnings.length, 100);
});

test("A value of the wrong type is refused in every mode, and its field is named", () => {
  const rows: readonly (readonly [object: unknown, field: string])[] = [
    [{ spec: { replicas: "3" } }, "spec.replicas"],
    [{ spec: { replicas: 1.5 } }, "spec.replicas"],
    [{ spec: { replicas: 2 ** 31 } }, "spec.replicas"],
    [
      { spec: { template: { spec: { containers: [container, { image: 5 }] } } } },
      "spec.template.spec.containers[1].image",
    ],
    [{ spec: { template: { spec: { containers: {} } } } }, "spec.template.spec.containers"],
    [{ spec: { template: { spec: { containers: ["a"] } } } }, "spec.template.spec.containers[0]"],
    [{ spec: { paused: "true" } }, "spec.paused"],
    [{ metadata: { labels: { app: 1 } } }, "metadata.labels.app"],
    [{ metadata: { labels: ["app"] } }, "metadata.labels"],
    [{ metadata: { creationTimestamp: "yesterday" } }, "metadata.creationTimestamp"],
    [{ metadata: "x" }, "metadata"],
    [{ spec: { strategy: { rollingUpdate: { maxSurge: true } } } }, "spec.strategy.rollingUpdate.maxSurge"],
    [[], ""],
    ["[]", ""],
    ["null", ""],
  ];
  for (const [object, field] of rows) {
    for (const mode of ["strict", "warn", "ignore"] as const satisfies readonly DecodeMode[]) {
      assert.throws(() => decode(Deployment, object, mode), { code: "type", field }, JSON.stringify(object));
    }
  }
});

test("An integer field refuses 1.0 in text, a quantity keeps the form of a number", () => {
  assert.throws(() => decode(Deployment, '{"spec":{"replicas":1.0}}'), {
    code: "type",
    field: "spec.replicas",
  });
  assert.throws(() => decode(Deployment, '{"spec":{"replicas":1e1}}'), { code: "type" });
  const text =
    '{"spec":{"containers":[{"resources":{"limits":{"a":1,"b":"1000m","c":1e3,"d":0.5,"e":1024,"f":"1024Ki"}}}]}}';
  const limits = decode(Pod, text).object.spec.containers[0]?.resources.limits;
  assert.deepEqual(limits, { a: "1", b: "1", c: "1e3", d: "500m", e: "1024", f: "1Mi" });
  const raw = decode(
    StatefulSet,
    '{"spec":{"template":{"metadata":{"managedFields":[{"fieldsV1":{"a":1.0}}]}}}}',
  ).object;
  assert.deepEqual(raw.spec.template.metadata.managedFields?.[0]?.fieldsV1, { a: 1 });
});

test("Canonical objects print what upstream prints", () => {
  const rows: readonly (readonly [printed: string, expected: string])[] = [
    [encodeJson(ConfigMap, canonical(ConfigMap, {})), '{"kind":"ConfigMap","apiVersion":"v1","metadata":{}}'],
    [
      encodeJson(ClusterRole, canonical(ClusterRole, { rules: null })),
      '{"kind":"ClusterRole","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{},"rules":null}',
    ],
    [
      encodeJson(EndpointSlice, canonical(EndpointSlice, { endpoints: [], addressType: "IPv4" })),
      '{"kind":"EndpointSlice","apiVersion":"discovery.k8s.io/v1","metadata":{},"addressType":"IPv4","endpoints":null,"ports":null}',
    ],
    [
      encodeJson(Service, canonical(Service, { spec: { ports: [{ port: 80, name: "" }] } })),
      '{"kind":"Service","apiVersion":"v1","metadata":{},"spec":{"ports":[{"port":80,"targetPort":0}]},"status":{"loadBalancer":{}}}',
    ],
    [
      encodeJson(Event, canonical(Event, { metadata: { name: "e", creationTimestamp: null } })),
      '{"kind":"Event","apiVersion":"v1","metadata":{"name":"e"},"involvedObject":{},"source":{},"firstTimestamp":null,' +
        '"lastTimestamp":null,"eventTime":null,"reportingComponent":"","reportingInstance":""}',
    ],
  ];
  for (const [printed, expected] of rows) assert.equal(printed, expected);
});

test("Keys come in the table's order, map entries sorted, nulls and zero values dropped", () => {
  const pod = decode(Pod, {
    spec: { nodeName: "", containers: [{ image: "i", name: "n", args: [], env: null }], volumes: null },
    metadata: { uid: "u", labels: { b: "2", a: "1" }, name: "p", generation: 0 },
    apiVersion: "v1",
    kind: "Pod",
  }).object;
  assert.equal(
    stringifyJson(pod),
    '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","uid":"u","labels":{"a":"1","b":"2"}},' +
      '"spec":{"containers":[{"name":"n","image":"i","resources":{}}]},"status":{}}',
  );
});

test("A null in a list or map of values is the zero value", () => {
  const pod = canonical(Pod, {
    metadata: { labels: { a: null } },
    spec: { containers: [null, { args: [null] }] },
  });
  assert.deepEqual(pod.metadata.labels, { a: "" });
  assert.deepEqual(pod.spec.containers, [
    { name: "", resources: {} },
    { name: "", args: [""], resources: {} },
  ]);
});

test("decode() fills in an absent kind and refuses another", () => {
  assert.equal(decode(Deployment, {}).object.apiVersion, "apps/v1");
  assert.throws(() => decode(Deployment, { kind: "Pod", apiVersion: "apps/v1" }), { code: "kind" });
  assert.throws(() => decode(Deployment, { kind: "Deployment", apiVersion: "v1" }), { code: "kind" });
});

test("64-bit integers are exact beyond 2^53", () => {
  const text = '{"metadata":{"generation":9007199254740993}}';
  const pod = decode(Pod, text).object;
  assert.match(encodeJson(Pod, pod), /"generation":9007199254740993[,}]/);
  assert.throws(() => decode(Pod, '{"metadata":{"generation":9223372036854775808}}'), { code: "type" });
});

test("Nesting beyond the limit is a clean error, in text and in free-form fields", () => {
  const deep = `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`;
  assert.throws(() => decode(Pod, deep), { code: "depth" });
  assert.throws(() => decode(Pod, "[".repeat(100_000)), { code: "depth" });
});

test("No input pollutes a prototype", () => {
  const text = '{"metadata":{"labels":{"__proto__":"x","constructor":"y"}},"__proto__":{"polluted":1}}';
  const { object, warnings } = decode(Pod, text, "warn");
  assert.deepEqual(warnings, ['unknown field "__proto__"']);
  assert.deepEqual(Object.entries(object.metadata.labels ?? {}), [
    ["__proto__", "x"],
    ["constructor", "y"],
  ]);
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  assert.equal(stringifyJson(object.metadata.labels), '{"__proto__":"x","constructor":"y"}');
});

test("JSON unions take each of their forms, without strictness inside", () => {
  const schema = { properties: { a: { items: { type: "string", bad: 1 }, additionalProperties: false } } };
  const crd = { spec: { versions: [{ name: "v1", schema: { openAPIV3Schema: schema } }] } };
  const { object, warnings } = decode(CustomResourceDefinition, crd, "warn");
  const a = object.spec.versions[0]?.schema?.openAPIV3Schema?.properties?.["a"];
  assert.deepEqual(a, { items: { type: "string" }, additionalProperties: false });
  assert.deepEqual(warnings, []);
  assert.throws(
    () =>
      decode(CustomResourceDefinition, {
        spec: { versions: [{ schema: { openAPIV3Schema: { items: 1 } } }] },
      }),
    {
      field: "spec.versions[0].schema.openAPIV3Schema.items",
    },
  );
});

test("A document parsed once tells its kind and decodes as the text would", () => {
  const document = parseDocument(Buffer.from('{"kind":"Pod","apiVersion":"v1","spec":{"x":1,"x":2}}'));
  assert.equal(`${document.apiVersion} ${document.kind}`, "v1 Pod");
  assert.deepEqual(decode(Pod, document, "warn").warnings, [
    'unknown field "spec.x"',
    'duplicate field "spec.x"',
  ]);
});

test("A type made at run time may keep unknown fields and have names that objects inherit", () => {
  const rows = Object.entries({ constructor: omitempty(0, string), toString: optional(0, int32) });
  const open = typeOf("Open", rows, {}, { keepsUnknown: true });
  assert.deepEqual(decode(open, { other: { a: [1] } }, "strict").object, { other: { a: [1] } });
  assert.deepEqual(decode(open, '{"constructor":"c","toString":0,"__proto__":1.0}', "strict").object, {
    constructor: "c",
    toString: 0,
    ["__proto__"]: 1,
  });
});

test("Free-form objects are kept as they are, nulls too", () => {
  const type = message<{ raw?: object }>("Raw")({ raw: optional(1, rawExtension) });
  assert.deepEqual(canonical(type, { raw: { a: null, b: [null] } }), { raw: { a: null, b: [null] } });
});

test("A table keeps its zero columns", () => {
  const column = { name: "Name", type: "string", format: "", description: "", priority: 0 };
  const table = canonical(Table, { columnDefinitions: [column], rows: [{ cells: ["a", 1, null] }] });
  assert.deepEqual(table.columnDefinitions, [column]);
  assert.deepEqual(table.rows, [{ cells: ["a", 1, null], object: null }]);
});

test("Every kind: canonical form is a fixed point, and text decodes strictly to it", () => {
  for (const type of allKinds()) {
    fc.assert(
      fc.property(objectsOf(type), (object) => {
        const once = canonical(type, object);
        const text = stringifyJson(once);
        assert.equal(stringifyJson(canonical(type, once)), text);
        assert.equal(stringifyJson(decode(type, text, "strict").object), text);
        assert.equal(encodeJson(type, once), text);
      }),
      { numRuns: 6 },
    );
  }
});

test("No JSON value makes decode() throw anything but a DecodeError", () => {
  const crooked = fc.jsonValue({ maxDepth: 4 }).chain((value) =>
    fc.record({
      metadata: fc.constant(value),
      spec: fc.record({ containers: fc.constant(value), volumes: fc.jsonValue() }),
    }),
  );
  fc.assert(
    fc.property(crooked, (object) => {
      try {
        decode(Pod, JSON.stringify(object), "strict");
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
    }),
    { numRuns: 300 },
  );
});
