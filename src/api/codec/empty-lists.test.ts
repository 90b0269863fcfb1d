/** Empty lists of nullable fields. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CustomResourceDefinition } from "../types/apiextensions/mod.ts";
import { ClusterRole } from "../types/rbac/mod.ts";
import { CSINode } from "../types/storage/mod.ts";
import { decode } from "./decode.ts";
import { clearEmptyLists } from "./empty-lists.ts";

test("an empty list is kept by decoding, and null once cleared, at any depth", () => {
  const role = decode(ClusterRole, { metadata: { name: "a" }, rules: [] }).object;
  assert.deepEqual(role.rules, []);
  clearEmptyLists(ClusterRole, role);
  assert.equal(role.rules, null);
  const node = decode(CSINode, { metadata: { name: "a" }, spec: { drivers: [] } }).object;
  clearEmptyLists(CSINode, node);
  assert.equal(node.spec.drivers, null);
});

test("an empty list of a kind that is stored as JSON stays empty", () => {
  const { object } = decode(CustomResourceDefinition, {
    metadata: { name: "a" },
    status: { conditions: [] },
  });
  clearEmptyLists(CustomResourceDefinition, object);
  assert.deepEqual(object.status.conditions, []);
});

test("lists with items, and empty ones that are left out anyway, stay as they are", () => {
  const rules = [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }];
  const role = decode(ClusterRole, { metadata: { name: "a" }, rules }).object;
  const before = structuredClone(role);
  clearEmptyLists(ClusterRole, role);
  assert.deepEqual(role, before);
});
