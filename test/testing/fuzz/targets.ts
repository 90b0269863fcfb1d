/** Every decoder that reads what strangers send, each with good inputs to start from. Refusals are typed errors. */
import {
  Quantity,
  applyJsonPatch,
  applyMergePatch,
  applyPatch,
  applyStrategicMergePatch,
  core,
  decode,
  decodeProtobuf,
  encodeJson,
  encodeProtobuf,
  microTime,
  parseDocument,
  parseDuration,
  parseFieldSelector,
  parseInstant,
  parseJson,
  parseLabelSelector,
  parseTime,
  parseYaml,
  parseYamlDocument,
  pods,
  rfc3339,
  stringifyJson,
  unwrapLiterals,
  WatchFrameReader,
  encodeWatchFrame,
  parseAccept,
} from "#api";
import { listOptions } from "../../../src/apiserver/registry/list-options.ts";
import { decodeContinue, encodeContinue } from "../../../src/apiserver/registry/revisions.ts";
import { requestInfo } from "../../../src/apiserver/request-info.ts";
import { pod } from "../builders.ts";

export interface Target {
  readonly name: string;
  readonly corpus: readonly Buffer[];
  run(input: Buffer): void;
}

type Data = Record<string, unknown>;

const POD = pod("a").node("n1").cpu("500m").hostPort(8080).build();
/** The live object that patches are made to. */
const live = (): Data => structuredClone(POD) as unknown as Data;
const POD_JSON = encodeJson(core.Pod, POD);
const POD_YAML = `apiVersion: v1
kind: Pod
metadata: {name: a, labels: {app: "yes", on: 'no'}, generation: 9007199254740993}
spec:
  containers:
  - &c {name: main, image: app, resources: {limits: {cpu: 500m, memory: 1.5Gi}}}
  - <<: *c
    name: other
    command: ["sh", "-c", |
      echo 0644]
`;

function texts(...lines: readonly string[]): readonly Buffer[] {
  return lines.map((line) => Buffer.from(line));
}

function json(value: unknown): string {
  return JSON.stringify(value);
}

/** What a decoded object prints must read back as the same object. */
function roundTrip(data: unknown): void {
  const { object } = decode(core.Pod, data, "ignore");
  const text = encodeJson(core.Pod, object);
  const again = encodeJson(core.Pod, decode(core.Pod, parseDocument(text), "strict").object);
  if (again !== text) throw new Error(`Printed ${text}, and read back ${again}`);
}

const jsonPatches = texts(
  json([{ op: "add", path: "/metadata/labels", value: { a: "b" } }]),
  json([
    { op: "replace", path: "/spec/containers/0/image", value: "x" },
    { op: "remove", path: "/spec/nodeName" },
  ]),
  json([
    { op: "test", path: "/metadata/name", value: "a" },
    { op: "copy", from: "/spec", path: "/status" },
  ]),
  json([{ op: "move", from: "/spec/containers/0", path: "/spec/containers/-" }]),
);
const mergePatches = texts(
  json({ metadata: { labels: { a: null, b: "c" } }, spec: { containers: [{ name: "x" }] } }),
  '{"__proto__":{"polluted":true},"metadata":{"constructor":{"prototype":{"polluted":true}}}}',
  json({ metadata: { generation: 1, finalizers: ["a"], $retainKeys: ["labels"] } }),
);
const strategicPatches = texts(
  json({
    spec: {
      containers: [
        { name: "main", image: "y" },
        { $patch: "delete", name: "z" },
      ],
    },
  }),
  json({
    spec: { "$setElementOrder/containers": [{ name: "main" }], containers: [{ name: "main", image: "z" }] },
  }),
  json({
    metadata: { "$deleteFromPrimitiveList/finalizers": ["a"] },
    spec: { $patch: "replace", nodeName: "n" },
  }),
  json({ spec: { volumes: [{ name: "v", emptyDir: {}, $retainKeys: ["name", "emptyDir"] }] } }),
);
const applied = texts(
  json({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "a", labels: { x: "y" } },
    spec: { containers: [{ name: "main", image: "i" }] },
  }),
  POD_JSON,
  POD_YAML,
);
const managed = (): Data => {
  const entry = {
    manager: "m",
    operation: "Apply",
    apiVersion: "v1",
    fieldsType: "FieldsV1",
    fieldsV1: { "f:spec": { "f:nodeName": {} } },
  };
  return { ...live(), metadata: { ...POD.metadata, managedFields: [entry] } };
};

export const targets: readonly Target[] = [
  {
    name: "json",
    corpus: texts(POD_JSON, '{"a":[1,2.5,-3e2,"\\u00e9",null,true]}'),
    run: (input) => roundTrip(parseDocument(input)),
  },
  {
    name: "yaml",
    corpus: texts(POD_YAML, POD_JSON, "a: &x [1, *x]\n", "? a\n: b\n"),
    run: (input) => roundTrip(parseYamlDocument(input)),
  },
  {
    name: "yaml-stream",
    corpus: texts(`${POD_YAML}---\n${POD_YAML}`),
    run: (input) => void parseYaml(input),
  },
  {
    name: "protobuf",
    corpus: [Buffer.from(encodeProtobuf(core.Pod, decode(core.Pod, JSON.parse(POD_JSON)).object))],
    run: (input) => void encodeProtobuf(core.Pod, decodeProtobuf(core.Pod, input)),
  },
  {
    name: "watch-frames",
    corpus: [Buffer.from(encodeWatchFrame({ type: "ADDED", object: Buffer.from(POD_JSON) }))],
    run: (input) => void new WatchFrameReader().push(input),
  },
  {
    name: "json-patch",
    corpus: jsonPatches,
    run: (input) => void decode(core.Pod, applyJsonPatch(live(), parseJson(input))),
  },
  {
    name: "merge-patch",
    corpus: mergePatches,
    run: (input) => void decode(core.Pod, applyMergePatch(live(), parseJson(input))),
  },
  {
    name: "strategic-merge",
    corpus: [...strategicPatches, ...mergePatches],
    run: (input) => void decode(core.Pod, applyStrategicMergePatch(core.Pod, live(), parseJson(input))),
  },
  {
    name: "apply",
    corpus: applied,
    run(input) {
      const document = parseYamlDocument(input);
      const patch = document.hasLiterals ? unwrapLiterals(document.value) : document.value;
      const options = { type: pods.type, apiVersion: "v1", manager: "m", force: true, time: rfc3339(0) };
      const result = applyPatch({ ...options, live: managed(), patch });
      if (result.conflicts === undefined) decode(core.Pod, result.object);
    },
  },
  {
    name: "managed-fields",
    corpus: texts(
      json({ "f:metadata": { "f:labels": { ".": {}, "f:a": {} } } }),
      json({
        "f:spec": {
          "f:containers": { 'k:{"name":"main"}': { ".": {}, "f:image": {} }, "v:1": {}, "i:0": {} },
        },
      }),
    ),
    run(input) {
      const entry = {
        manager: "m",
        operation: "Apply",
        apiVersion: "v1",
        fieldsType: "FieldsV1",
        fieldsV1: parseJson(input),
      };
      const stored = { ...live(), metadata: { ...POD.metadata, managedFields: [entry] } };
      const patch = { apiVersion: "v1", kind: "Pod", metadata: { name: "a" } };
      applyPatch({
        type: pods.type,
        apiVersion: "v1",
        manager: "m",
        force: true,
        time: rfc3339(0),
        live: stored,
        patch,
      });
    },
  },
  {
    name: "label-selector",
    corpus: texts("app=x,tier in (a,b),!gone,n>5", "example.com/a notin (x,y),b", "a==b,c!=d"),
    run: (input) => void parseLabelSelector(input.toString()).matches({ app: "x", tier: "a", n: "7" }),
  },
  {
    name: "field-selector",
    corpus: texts("metadata.name=a,status.phase!=Running", "spec.nodeName==n\\,1,x=\\\\"),
    run: (input) =>
      void parseFieldSelector(parseFieldSelector(input.toString()).toString()).matchesMap({ a: "b" }),
  },
  {
    name: "quantity",
    corpus: texts("1.5Gi", "100m", "1e3", "-0.000000001", "9223372036854775807", "12E", "1Ki"),
    run(input) {
      const text = Quantity.parse(input.toString()).toString();
      const again = Quantity.parse(text).toString();
      if (again !== text) throw new Error(`Quantity ${text} reads back as ${again}`);
    },
  },
  {
    name: "time",
    corpus: texts(
      "2026-01-02T03:04:05Z",
      "2026-01-02T03:04:05.000006+01:00",
      "1h2m3.5s",
      "0001-01-01T00:00:00Z",
    ),
    run(input) {
      const text = input.toString();
      const ms = parseTime(text);
      if (ms !== undefined && parseTime(rfc3339(ms)) === undefined)
        throw new Error(`${rfc3339(ms)} does not read back`);
      if (ms !== undefined) microTime(ms);
      parseInstant(text);
      parseDuration(text);
    },
  },
  {
    name: "continue",
    corpus: texts(
      encodeContinue({ revision: undefined, start: "default/a\0" }),
      "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NSwic3RhcnQiOiJhIn0",
    ),
    run(input) {
      const { start } = decodeContinue(input.toString());
      if (`/registry/x/${start}`.includes("/../")) throw new Error(`${start} leaves its prefix`);
    },
  },
  {
    name: "url",
    corpus: texts(
      "/api/v1/namespaces/default/pods/a/log?container=c&limitBytes=5",
      "/apis/apps/v1/watch/namespaces/x/deployments?labelSelector=a%3Db&timeoutSeconds=5",
      "/api/v1/pods?watch=1&resourceVersion=5&sendInitialEvents=true&resourceVersionMatch=NotOlderThan",
      "/api/v1/namespaces/a%2Fb/services/https:x:443/proxy/a/b?c=d",
    ),
    run(input) {
      const { query } = requestInfo("GET", input.toString("latin1"));
      listOptions(query);
      parseAccept(input.toString("latin1"));
    },
  },
];

/** An integer of 64 bits through every writing; throws when a digit is lost. */
export function keepsDigits(value: bigint): void {
  const text = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","generation":${value}},"spec":{"containers":[]}}`;
  const patch = parseJson(`{"metadata":{"generation":${value}}}`);
  const objects: readonly (readonly [string, unknown])[] = [
    ["json", parseDocument(text)],
    ["yaml", parseYamlDocument(`metadata:\n  generation: ${value}\n`)],
    ["merge patch", applyMergePatch(live(), patch)],
    ["strategic merge patch", applyStrategicMergePatch(core.Pod, live(), patch)],
    [
      "json patch",
      applyJsonPatch(live(), parseJson(`[{"op":"add","path":"/metadata/generation","value":${value}}]`)),
    ],
  ];
  for (const [what, data] of objects) {
    const { object } = decode(core.Pod, data, "ignore");
    const wire = decodeProtobuf(core.Pod, encodeProtobuf(core.Pod, object));
    for (const printed of [encodeJson(core.Pod, object), stringifyJson(object), encodeJson(core.Pod, wire)])
      if (!printed.includes(`"generation":${value}`)) throw new Error(`${what}: ${value} became ${printed}`);
  }
  if (Quantity.parse(String(value)).toString().replace(/0*$/, "") === "") return;
  if (Quantity.parse(`${value}`).nanos !== value * 1_000_000_000n) throw new Error(`quantity ${value}`);
}
