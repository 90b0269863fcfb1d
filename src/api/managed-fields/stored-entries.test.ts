/** Managed fields as stored text: what `JSON.stringify` prints and `JSON.parse` reads, whatever names are in the sets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ManagedFieldsEntry } from "../types/meta/object-meta.ts";
import { entriesText, parseEntries } from "./stored-entries.ts";

function entry(manager: string, fieldsV1: unknown, subresource?: string): ManagedFieldsEntry {
  const head = { manager, operation: "Update", apiVersion: "v1", time: "2026-01-01T00:00:00Z" } as const;
  const tail = subresource === undefined ? {} : { subresource };
  return { ...head, fieldsType: "FieldsV1", fieldsV1, ...tail } as ManagedFieldsEntry;
}

const names = { "f:a": { ".": {}, 'k:{"name":"x"}': { "f:image": {} } } };
const lists: readonly (readonly [name: string, entries: readonly ManagedFieldsEntry[]])[] = [
  ["one manager", [entry("a", names)]],
  ["a subresource, then none", [entry("a", names, "status"), entry("b", { "f:b": {} })]],
  ["none, then a subresource", [entry("a", names), entry("b", { "f:b": {} }, "status")]],
  ["an empty set", [entry("a", {}), entry("b", {}, "scale")]],
  ["a manager without a set", [{ manager: "a", operation: "Apply" }, entry("b", names)]],
  ["a name like the end of an entry", [entry("a", { "f:x},{y": {} }), entry("b", names)]],
  ["a name like a subresource", [entry("a", { 'f:,"subresource":"': {} }, "status"), entry("b", names)]],
  ["a manager like a set", [entry(',"fieldsV1":{', names), entry("},{", names)]],
  ["names outside ASCII", [entry("ä", { "f:ключ": {} })]],
];

for (const [name, entries] of lists) {
  test(`stored entries: ${name}`, () => {
    const text = entriesText(entries);
    assert.equal(text, JSON.stringify(entries));
    assert.deepEqual(parseEntries(text), entries);
  });
}

test("stored entries share the sets that are equal", () => {
  const text = entriesText([entry("a", names), entry("b", names)]);
  const [first, second] = parseEntries(text);
  assert.equal(first?.fieldsV1, second?.fieldsV1);
  assert.equal(parseEntries(text)[0]?.fieldsV1, first?.fieldsV1);
});
