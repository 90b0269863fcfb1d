/** Slices of devices: a table of what is refused, and what updates may do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "../../codec/mod.ts";
import { ResourceSlice } from "../../types/resource/mod.ts";
import { causesOf, create, update } from "../create.suite.ts";
import { resourceSlices } from "./resource-slice.ts";

const pool = { name: "p", generation: 1, resourceSliceCount: 1 };
const onNode = { driver: "gpu.example.com", pool, nodeName: "n" };
const term = { matchExpressions: [{ key: "a", operator: "Exists" }] };

interface Row {
  readonly name: string;
  readonly spec: object;
  readonly causes: readonly string[];
}

function row(name: string, spec: object, ...causes: readonly string[]): Row {
  return { name, spec, causes: [...causes].sort() };
}

function deviceRow(name: string, device: object, ...causes: readonly string[]): Row {
  return row(
    `A device with ${name}`,
    { ...onNode, devices: [{ name: "d", ...device }] },
    ...causes.map((cause) => cause.replace("~", "spec.devices[0]")),
  );
}

function policyRow(name: string, requestPolicy: object, ...causes: readonly string[]): Row {
  const device = { allowMultipleAllocations: true, capacity: { mem: { value: "10", requestPolicy } } };
  return deviceRow(
    name,
    device,
    ...causes.map((cause) => cause.replace("^", "~.capacity[mem].requestPolicy")),
  );
}

const rows: readonly Row[] = [
  row(
    "A slice for two terms of nodes, and for not all nodes",
    { driver: "d", pool, nodeSelector: { nodeSelectorTerms: [term, term] }, allNodes: false },
    "FieldValueInvalid spec.allNodes",
    "FieldValueInvalid spec.nodeSelector.nodeSelectorTerms",
  ),
  row(
    "A slice with devices and counters",
    {
      ...onNode,
      devices: [{ name: "d" }],
      sharedCounters: [
        { name: "C", counters: {} },
        { name: "", counters: { M: { value: "1" } } },
      ],
    },
    "FieldValueInvalid spec",
    "FieldValueInvalid spec.sharedCounters[0].name",
    "FieldValueRequired spec.sharedCounters[0].counters",
    "FieldValueRequired spec.sharedCounters[1].name",
    "FieldValueInvalid spec.sharedCounters[1].counters",
  ),
  row(
    "A slice with many devices of which one is tainted",
    {
      ...onNode,
      devices: Array.from({ length: 65 }, (_, i) => ({
        name: `d${i}`,
        ...(i === 0 ? { taints: [{ key: "a", effect: "None" }] } : {}),
      })),
    },
    "FieldValueTooMany spec.devices",
  ),
  deviceRow(
    "bad names",
    { attributes: { "a/b/c": { int: 1 }, "/": { bool: true }, "1": { string: "x".repeat(65) } } },
    ...Array<string>(4).fill("FieldValueInvalid ~.attributes"),
    "FieldValueTooLong ~.attributes[1].string",
  ),
  deviceRow(
    "a version that is none",
    { attributes: { v: { version: "1.2.3-01" } } },
    "FieldValueInvalid ~.attributes[v].version",
  ),
  deviceRow(
    "too many attributes",
    { attributes: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`a${i}`, { int: i }])) },
    "FieldValueInvalid ~",
  ),
  deviceRow("a node of its own where the slice has one", { nodeName: "n" }, "FieldValueInvalid ~"),
  deviceRow(
    "taints without sense",
    { taints: [{ key: "" }, { key: "a", value: "!", effect: "Now" }] },
    ...Array<string>(2).fill("FieldValueInvalid ~.taints[0].key"),
    "FieldValueRequired ~.taints[0].effect",
    "FieldValueInvalid ~.taints[1].value",
    "FieldValueNotSupported ~.taints[1].effect",
  ),
  deviceRow(
    "conditions for good and bad alike",
    { bindingConditions: ["a", "a"], bindingFailureConditions: ["a"] },
    "FieldValueDuplicate ~.bindingConditions[1]",
    "FieldValueInvalid ~.bindingFailureConditions[0]",
  ),
  deviceRow(
    "conditions for good alone",
    { bindingConditions: ["a"] },
    "FieldValueInvalid ~.bindingFailureConditions",
  ),
  deviceRow(
    "counters of nothing",
    { consumesCounters: [{ counterSet: "", counters: {} }] },
    "FieldValueRequired ~.consumesCounters[0].counterSet",
    "FieldValueRequired ~.consumesCounters[0].counters",
  ),
  deviceRow(
    "a policy for sharing though it is not shared",
    { capacity: { mem: { value: "10", requestPolicy: { default: "1" } } } },
    "FieldValueForbidden ~.capacity[mem].requestPolicy",
  ),
  policyRow("values in order", { default: "2", validValues: ["1", "2", "10"] }),
  policyRow(
    "values in disorder and beyond",
    { default: "3", validValues: ["2", "1", "11", "11"] },
    "FieldValueInvalid ^.validValues",
    "FieldValueInvalid ^.validValues[1]",
    "FieldValueInvalid ^.validValues[2]",
    "FieldValueInvalid ^.validValues[3]",
    "FieldValueDuplicate ^.validValues[3]",
  ),
  policyRow("a range without default", { validRange: { min: "1" } }, "FieldValueRequired ^.default"),
  policyRow(
    "a range beyond the capacity",
    { default: "0", validRange: { min: "4", max: "11", step: "7" } },
    "FieldValueInvalid ^.validRange.default",
    "FieldValueInvalid ^.validRange.max",
    "FieldValueInvalid ^.validRange.step",
    "FieldValueInvalid ^.validRange.step",
  ),
  policyRow(
    "values and a range",
    { default: "1", validValues: ["1"], validRange: { min: "1" } },
    "FieldValueForbidden ^",
  ),
];

for (const { name, spec, causes } of rows) {
  test(name, () => assert.deepEqual(causesOf(create(resourceSlices, { spec })), causes));
}

test("A slice may be moved to other nodes, but not to another node or pool", () => {
  const { object } = create(resourceSlices, { spec: { driver: "d", pool, allNodes: true } });
  const { spec } = decode(ResourceSlice, {
    metadata: { name: "a" },
    spec: { driver: "d", pool, nodeSelector: { nodeSelectorTerms: [term] } },
  }).object;
  assert.deepEqual(update(resourceSlices, object, (draft) => Object.assign(draft, { spec })).errors, []);
  assert.deepEqual(
    update(resourceSlices, object, (draft) => Object.assign(draft.spec, { pool: { ...pool, name: "q" } }))
      .errors,
    ["FieldValueInvalid spec.pool.name"],
  );
});

test("Taints and capacities that a device has already stay good", () => {
  const device = { name: "d", taints: [{ key: "a", effect: "None" as const }] };
  const { object } = create(resourceSlices, { spec: { ...onNode, devices: [device] } });
  const old = structuredClone(object);
  Object.assign(old.spec.devices?.[0] ?? {}, {
    taints: [{ key: "a", effect: "Now" }],
    capacity: { "!": { value: "1" } },
  });
  const { errors } = update(resourceSlices, old, ({ spec }) => Object.assign(spec.pool, { generation: 2 }));
  assert.deepEqual(errors, []);
});
