/** What must hold for any history of applies and updates. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../test/testing/properties.ts";
import { equalJson, type JsonObject } from "../patch/json.ts";
import { isSubset, pathsOf, union, type FieldSet } from "./field-set.ts";
import { box, History, patchOf } from "./history.suite.ts";

const small = fc.constantFrom("1", "2");
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const item = fc.record({
  name: fc.constantFrom("a", "b", "c"),
  value: maybe(small),
  options: maybe(fc.dictionary(small, small)),
});
const randomSpec: fc.Arbitrary<JsonObject> = fc
  .record({
    replicas: maybe(fc.nat(2)),
    items: maybe(fc.uniqueArray(item, { selector: (one) => one.name, maxLength: 3 })),
    tags: maybe(fc.uniqueArray(small)),
    args: maybe(fc.array(small, { maxLength: 2 })),
    nested: maybe(fc.record({ x: maybe(small), y: maybe(small) })),
  })
  .map(
    (spec) =>
      JSON.parse(
        JSON.stringify(spec, (_, value: unknown) => (isEmptied(value) ? undefined : value)) ?? "{}",
      ) as JsonObject,
  );

/** Empty lists and maps are not stored, so applying them is never settled. */
function isEmptied(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

test("Applying one's own state again changes neither the object nor its entries, whatever others did", () => {
  fc.assert(
    fc.property(randomSpec, randomSpec, randomSpec, (start, mine, theirs) => {
      const history = new History().update("start", box(start));
      history.apply("other", patchOf(theirs), { force: true }).apply("me", patchOf(mine), { force: true });
      const [object, before] = [history.live, history.entries];
      const again = history.tryApply("me", patchOf(mine), { time: "2026-01-01T00:00:09Z" });
      assert.ok(again.conflicts === undefined && !again.changed);
      assert.deepEqual(again.managedFields ?? [], before);
      history.apply("me", patchOf(mine));
      assert.ok(equalJson(history.live, object));
    }),
  );
});

test("A forced apply sets and owns what it says, and takes nothing else from anybody who applied", () => {
  fc.assert(
    fc.property(randomSpec, randomSpec, (theirs, mine) => {
      const history = new History().apply("other", patchOf(theirs));
      const before = history.entries.map((one) => one.fieldsV1 as FieldSet);
      history.apply("me", patchOf(mine), { force: true });
      const mineAlone = new History().apply("me", patchOf(mine)).owned("me");
      assert.equal(history.owned("me"), mineAlone);
      const now = history.entries.map((one) => one.fieldsV1 as FieldSet);
      const all = now.reduce(union, {});
      for (const one of before) assert.ok(isSubset(one, all), "a field lost all its owners");
    }),
  );
});

test("Withdrawing everything that a manager applied alone leaves what was there before", () => {
  fc.assert(
    fc.property(randomSpec, randomSpec, (theirs, mine) => {
      const history = new History().apply("other", patchOf(theirs));
      const before = history.live;
      const attempt = history.tryApply("me", patchOf(mine));
      if (attempt.conflicts !== undefined) return;
      history.apply("me", patchOf(mine)).apply("me", patchOf({}));
      const sorted = (object: JsonObject | undefined): string => JSON.stringify(sortLists(object?.["spec"]));
      assert.equal(sorted(history.live), sorted(before));
    }),
  );
});

/** The order of keyed lists is not part of what is restored. */
function sortLists(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(sortLists).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, sortLists(one)]));
}

test("After an update exactly one manager owns each field, unless it was applied", () => {
  fc.assert(
    fc.property(fc.array(randomSpec, { minLength: 1, maxLength: 4 }), (specs) => {
      const history = new History();
      specs.forEach((spec, i) => {
        history.update(`m${i}`, box(spec));
      });
      const owners = history.entries.flatMap((one) =>
        [...pathsOf(one.fieldsV1 as FieldSet)].map((path) => path.join()),
      );
      assert.equal(new Set(owners).size, owners.length);
    }),
  );
});
