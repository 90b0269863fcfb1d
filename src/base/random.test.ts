/** Streams of randomness: their shapes, and that they do not disturb each other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SimWorld } from "./sim/mod.ts";

const stream = (seed: string, name: string) => new SimWorld(seed).random.fork(name);

test("A stream depends on the seed and its names, not on what others draw", () => {
  const world = new SimWorld("7");
  const [left, right] = [world.random.fork("left"), world.random.fork("right")];
  for (let draw = 0; draw < 5; draw++) left.float();
  assert.equal(right.uuid(), stream("7", "right").uuid());
  assert.notEqual(stream("7", "right").uuid(), stream("8", "right").uuid());
  assert.notEqual(stream("7", "right").uuid(), stream("7", "left").uuid());
});

test("Two forks of one name never repeat each other's ids", () => {
  const { random } = new SimWorld("7");
  assert.notEqual(random.fork("ids").uuid(), random.fork("ids").uuid());
});

test("uuid() is of version 4 and suffix() of the name alphabet", () => {
  const random = stream("7", "shapes");
  for (let draw = 0; draw < 200; draw++) {
    assert.match(random.uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.match(random.suffix(5), /^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  }
});

test("below() reaches every value about equally often", () => {
  const random = stream("7", "even");
  const counts = new Array<number>(10).fill(0);
  for (let draw = 0; draw < 10_000; draw++) {
    const value = random.below(10);
    counts[value] = (counts[value] ?? 0) + 1;
  }
  assert.ok(
    counts.every((count) => count > 850 && count < 1150),
    counts.join(),
  );
  assert.throws(() => random.below(0), { name: "AssertionError" });
});
