/** The schema language: what a table becomes, and defaulting by it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigMapKeySelector, Container, ContainerPort, Pod, Volume } from "../types/core/mod.ts";
import { Deployment } from "../types/apps/mod.ts";
import * as groups from "../types/mod.ts";
import {
  applyDefaults,
  by,
  field,
  inline,
  int32,
  list,
  map,
  message,
  omitempty,
  optional,
  string,
  type Type,
} from "./mod.ts";

const container = Container.fields;

test("A row keeps its number, presence, topology, merge key and gate", () => {
  const ports = container.get("ports");
  assert.equal(ports?.number, 6);
  assert.equal(ports?.presence, "omitempty");
  assert.equal(ports?.patch, "merge");
  assert.equal(ports?.mergeKey, "containerPort");
  assert.ok(ports?.of.form === "list");
  assert.equal(ports.of.topology, "map");
  assert.deepEqual(ports.of.keys, ["containerPort", "protocol"]);
  assert.equal(container.get("resizePolicy")?.gate, "InPlacePodVerticalScaling");
  assert.equal(container.get("name")?.required, true);
  assert.equal(container.get("image")?.required, false);
  assert.equal(ContainerPort.fields.get("protocol")?.default, "TCP");
});

test("Kinds open with kind and apiVersion, which have no protobuf number", () => {
  assert.deepEqual([...Pod.fields.keys()], ["kind", "apiVersion", "metadata", "spec", "status"]);
  assert.deepEqual(Deployment.gvk, { group: "apps", version: "v1", kind: "Deployment" });
  assert.equal(Pod.fields.get("kind")?.number, 0);
});

test("Inline messages are flat in fields and known for protobuf", () => {
  assert.deepEqual([...ConfigMapKeySelector.fields.keys()], ["name", "key", "optional"]);
  const [reference] = ConfigMapKeySelector.inlines;
  assert.equal(reference?.number, 1);
  assert.equal(reference?.type.name, "LocalObjectReference");
  assert.equal(ConfigMapKeySelector.fields.get("name")?.inline, reference);
  assert.equal(Volume.fields.get("emptyDir")?.inline?.type.name, "VolumeSource");
  assert.equal(ConfigMapKeySelector.atomic, true);
});

test("No two rows of a message share a protobuf number", () => {
  for (const group of Object.values(groups)) {
    for (const type of Object.values(group) as readonly unknown[]) {
      if (typeof type !== "object" || type === null || (type as Type).form !== "message") continue;
      const { name, fields, inlines } = type as Type;
      const own = [...fields.values()].filter((row) => row.inline === undefined && row.number > 0);
      const numbers = [...own.map((row) => row.number), ...inlines.map((one) => one.number)];
      assert.equal(new Set(numbers).size, numbers.length, name);
    }
  }
});

interface Leaf {
  a?: string;
  b?: number;
  seen?: string;
}
const Leaf = message<Leaf>("Leaf")(
  {
    a: omitempty(1, string, { default: "x" }),
    b: optional(2, int32, { default: 0 }),
    seen: omitempty(3, string),
  },
  {
    default: (leaf) => {
      leaf.seen ??= leaf.a === undefined ? "before its statics" : "leaf";
    },
  },
);
interface Root {
  a?: string;
  b?: number;
  seen?: string;
  leaves?: Leaf[];
  byName?: Record<string, Leaf>;
  one?: Leaf;
  self?: Root;
}
const Root: Type<Root> = message<Root>("Root")(
  {
    ...inline(1, Leaf),
    leaves: omitempty(2, by("a", Leaf)),
    byName: omitempty(3, map(Leaf)),
    one: optional(4, Leaf),
    self: optional(5, (): Type<Root> => Root),
    names: omitempty(6, list(string)),
  },
  {
    default: (root) => {
      root.one ??= { seen: "made by its parent" };
    },
  },
);

test("applyDefaults() runs a type's hook before its children, everywhere below", () => {
  const root: Root = { leaves: [{}, { a: "", b: 3 }], byName: { k: { a: "y" } }, self: {} };
  applyDefaults(Root, root);
  assert.deepEqual(root, {
    seen: "before its statics",
    a: "x",
    b: 0,
    leaves: [
      { seen: "before its statics", a: "x", b: 0 },
      { seen: "leaf", a: "x", b: 3 },
    ],
    byName: { k: { seen: "leaf", a: "y", b: 0 } },
    one: { seen: "made by its parent", a: "x", b: 0 },
    self: {
      seen: "before its statics",
      a: "x",
      b: 0,
      one: { seen: "made by its parent", a: "x", b: 0 },
    },
  });
});

test("applyDefaults() leaves parts alone that have theirs, with all below", () => {
  const known: Root = { self: {} };
  const root: Root = { self: known, leaves: [{}] };
  applyDefaults(Root, root, new Set([known]));
  assert.deepEqual(known, { self: {} });
  assert.deepEqual(root.leaves, [{ seen: "before its statics", a: "x", b: 0 }]);
});

test("A default made of an object is a copy for each value", () => {
  const type = message<{ list?: string[] }>("Copies")({
    list: optional(1, list(string), { default: ["a"] }),
  });
  const [first, second]: [{ list?: string[] }, { list?: string[] }] = [{}, {}];
  applyDefaults(type, first);
  applyDefaults(type, second);
  first.list?.push("b");
  assert.deepEqual(second, { list: ["a"] });
});

test("A zero default of a Go value is not set", () => {
  const type = message<{ name?: string; count: number }>("Zero")({
    name: omitempty(1, string, { default: "" }),
    count: field(2, int32),
  });
  const value = { count: 0 };
  applyDefaults(type, value);
  assert.deepEqual(value, { count: 0 });
});
