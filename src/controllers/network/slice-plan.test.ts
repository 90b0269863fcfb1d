/** Plans for slices: as few writes as possible. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Endpoint, EndpointSlice } from "#api";
import type { EndpointGroup } from "./desired-endpoints.ts";
import { planSlices, type SlicePlan } from "./slice-plan.ts";

const ports = [{ name: "", port: 80, protocol: "TCP" }];
const labels = { app: "web" };

function endpoint(name: string, ready = true): Endpoint {
  return {
    addresses: [`10.0.0.${name}`],
    conditions: { ready, serving: ready, terminating: false },
    targetRef: { kind: "Pod", namespace: "a", name, uid: name },
  } as Endpoint;
}

function slice(name: string, names: readonly string[], slicePorts = ports): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, namespace: "a", labels },
    addressType: "IPv4",
    ports: slicePorts,
    endpoints: names.map((each) => endpoint(each)),
  } as EndpointSlice;
}

function plan(
  existing: readonly EndpointSlice[],
  names: readonly string[],
  group: Partial<EndpointGroup> = {},
): SlicePlan {
  const groups =
    names.length === 0
      ? []
      : [{ addressType: "IPv4" as const, ports, endpoints: names.map((n) => endpoint(n)), ...group }];
  return planSlices(existing, { groups, addressTypes: ["IPv4"], labels, maxPerSlice: 3 });
}

function shown({ create, update, delete: gone }: SlicePlan) {
  const members = (endpoints: readonly Endpoint[] | null) =>
    (endpoints ?? []).map(({ targetRef }) => targetRef?.name).join("");
  return {
    create: create.map(({ endpoints }) => members(endpoints)),
    update: update.map(({ metadata, endpoints }) => `${metadata.name}:${members(endpoints)}`),
    delete: gone.map(({ metadata }) => metadata.name),
  };
}

const rows: readonly [
  title: string,
  existing: EndpointSlice[],
  names: string[],
  expected: ReturnType<typeof shown>,
][] = [
  [
    "new endpoints fill new slices",
    [],
    ["1", "2", "3", "4"],
    { create: ["123", "4"], update: [], delete: [] },
  ],
  [
    "what is right is not written",
    [slice("s", ["1", "2"])],
    ["2", "1"],
    { create: [], update: [], delete: [] },
  ],
  [
    "a gone endpoint leaves its slice, and a new one takes its place",
    [slice("s", ["1", "2", "3"]), slice("t", ["4"])],
    ["1", "2", "4", "5"],
    { create: [], update: ["s:125"], delete: [] },
  ],
  [
    "a few new ones go to the fullest slice that holds them all",
    [slice("s", ["1"]), slice("t", ["2", "3"])],
    ["1", "2", "3", "4"],
    { create: [], update: ["t:234"], delete: [] },
  ],
  [
    "full slices stay and a new one is made",
    [slice("s", ["1", "2", "3"])],
    ["1", "2", "3", "4"],
    { create: ["4"], update: [], delete: [] },
  ],
  [
    "an emptied slice goes",
    [slice("s", ["1"]), slice("t", ["2"])],
    ["1"],
    { create: [], update: [], delete: ["t"] },
  ],
  [
    "no endpoints leave an empty placeholder",
    [slice("s", ["1"])],
    [],
    { create: [""], update: [], delete: ["s"] },
  ],
  ["an existing placeholder stays", [slice("s", [], [])], [], { create: [], update: [], delete: [] }],
  [
    "slices of other ports go",
    [slice("s", ["1"], [{ name: "", port: 81, protocol: "TCP" }])],
    ["1"],
    { create: ["1"], update: [], delete: ["s"] },
  ],
];

for (const [title, existing, names, expected] of rows) {
  test(`planSlices: ${title}`, () => assert.deepEqual(shown(plan(existing, names)), expected));
}

test("planSlices: a changed condition rewrites the one slice", () => {
  const existing = [slice("s", ["1"]), slice("t", ["2", "3", "4"])];
  const endpoints = [endpoint("1"), endpoint("2", false), endpoint("3"), endpoint("4")];
  assert.deepEqual(shown(plan(existing, ["x"], { endpoints })).update, ["t:234"]);
});

test("planSlices: changed labels of the service rewrite every slice", () => {
  const needs = {
    groups: [{ addressType: "IPv4" as const, ports, endpoints: [endpoint("1")] }],
    addressTypes: ["IPv4" as const],
    labels: { app: "new" },
    maxPerSlice: 3,
  };
  const { update } = planSlices([slice("s", ["1"])], needs);
  assert.deepEqual(update[0]?.metadata.labels, { app: "new" });
});
