/** The owner graph, and the verdicts over owners. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObjectMeta, OwnerReference } from "#api";
import { isVirtual, OwnerGraph } from "./owner-graph.ts";
import { type JudgedOwner, judge, type OwnerState } from "./verdict.ts";

const resource = { group: "", version: "v1", plural: "things", kind: "Thing", namespaced: true };

function reference(uid: string): OwnerReference {
  return { apiVersion: "v1", kind: "Thing", name: uid, uid };
}

function meta(uid: string, owners: readonly string[] = [], more: Partial<ObjectMeta> = {}): ObjectMeta {
  return { name: uid, namespace: "a", uid, ownerReferences: owners.map(reference), ...more };
}

test("An owner known only from a reference is virtual, and its dependent has to be judged", () => {
  const graph = new OwnerGraph();
  assert.deepEqual([...graph.put(resource, meta("pod", ["set"]))], ["pod"]);
  const owner = graph.get("set");
  assert.equal(owner !== undefined && isVirtual(owner), true);
  graph.put(resource, meta("set"));
  assert.equal(graph.get("set"), owner);
  assert.equal(owner !== undefined && isVirtual(owner), false);
});

test("A dependent whose known owner is not what its reference says has to be judged", () => {
  const graph = new OwnerGraph();
  graph.put(resource, meta("set"));
  graph.put({ ...resource, namespaced: false }, meta("node", [], { namespace: "" }));
  assert.deepEqual([...graph.put(resource, meta("p1", ["set", "node"]))], []);
  assert.deepEqual([...graph.put(resource, meta("p2", ["set"], { namespace: "b" }))], ["p2"]);
});

test("When an owner goes, each of its dependents has to be judged", () => {
  const graph = new OwnerGraph();
  graph.put(resource, meta("set"));
  graph.put(resource, meta("p1", ["set"]));
  graph.put(resource, meta("p2", ["set"]));
  assert.deepEqual([...graph.remove("set")].sort(), ["p1", "p2"]);
});

test("Nothing stays behind when owner and dependents are gone, in either order", () => {
  for (const order of [
    ["set", "pod"],
    ["pod", "set"],
  ]) {
    const graph = new OwnerGraph();
    graph.put(resource, meta("set"));
    graph.put(resource, meta("pod", ["set"]));
    for (const uid of order) graph.remove(uid);
    assert.deepEqual([graph.get("set"), graph.get("pod")], [undefined, undefined], order.join());
  }
});

test("A dependent that goes wakes the owner that waits for it", () => {
  const graph = new OwnerGraph();
  graph.put(
    resource,
    meta("set", [], { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["foregroundDeletion"] }),
  );
  graph.put(resource, meta("pod", ["set"]));
  assert.equal(graph.remove("pod").has("set"), true);
});

test("A released dependent is no longer its old owner's", () => {
  const graph = new OwnerGraph();
  graph.put(resource, meta("set"));
  graph.put(resource, meta("pod", ["set"]));
  graph.put(resource, meta("pod"));
  assert.equal(graph.get("set")?.dependents.size, 0);
});

const verdicts: readonly [
  owners: OwnerState[],
  dependents: boolean,
  finalizers: string[],
  expected: string,
][] = [
  [[], false, [], "keep"],
  [["present"], false, [], "keep"],
  [["invalid"], false, [], "keep"],
  [["present", "absent"], false, [], "drop o0"],
  [["waiting", "present"], true, [], "drop o1"],
  [["absent"], true, [], "delete Background"],
  [["absent", "absent"], false, ["orphan"], "delete Orphan"],
  [["absent"], false, ["foregroundDeletion"], "delete Foreground"],
  [["waiting"], true, [], "delete Foreground"],
  [["waiting"], false, [], "delete Background"],
];

for (const [states, dependents, finalizers, expected] of verdicts) {
  test(`Owners [${states}], ${dependents ? "with" : "without"} dependents, finalizers [${finalizers}]: ${expected}`, () => {
    const owners: JudgedOwner[] = states.map((state, at) => ({ reference: reference(`o${at}`), state }));
    const verdict = judge(owners, dependents, finalizers);
    const detail =
      verdict.kind === "drop"
        ? verdict.keep.map(({ uid }) => uid)
        : verdict.kind === "delete"
          ? [verdict.propagation]
          : [];
    assert.equal([verdict.kind, ...detail].join(" "), expected);
  });
}
