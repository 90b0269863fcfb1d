/** Slabs give back memory when most of a slab is dead, and never change what a record says. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { SimWorld } from "#base/sim";
import { limits } from "./limits.ts";
import { Slabs } from "./slabs.ts";
import type { Revision, StoredRecord } from "./store.ts";

const index = {
  namespace: "",
  name: "",
  uid: "",
  labels: undefined,
  owners: [],
  triggers: undefined,
  revisionOffset: -1,
  managersStart: 0,
  managersEnd: 0,
};

function record(key: string, sizeBytes: number): StoredRecord {
  const value = Buffer.alloc(sizeBytes, key);
  const revision = 1 as Revision;
  return { key, value, index, createRevision: revision, modRevision: revision, version: 1 };
}

test("Slabs keep every value through ten thousand replacements, in twice the live bytes and two slabs", () => {
  const { random } = new SimWorld("slabs").env("slabs");
  const slabs = new Slabs();
  const live: StoredRecord[] = [];
  for (let i = 0; i < 10_000; i++) {
    const at = random.below(400);
    const old = live[at];
    const fresh = record(String(i), 1 + random.below(8_192));
    slabs.adopt(fresh);
    live[at] = fresh;
    if (old !== undefined) slabs.release(old);
  }
  let liveBytes = 0;
  for (const { key, value } of live.filter((one) => one !== undefined)) {
    assert.deepEqual(Buffer.from(value), Buffer.alloc(value.length, key));
    liveBytes += value.length;
  }
  assert.ok(slabs.sizeBytes <= 2 * liveBytes + 2 * limits.slabBytes, `${slabs.sizeBytes} for ${liveBytes}`);
});

test("Slabs leave a released record readable, and large values where they are", () => {
  const slabs = new Slabs();
  const held = record("held", 4_096);
  const large = record("large", limits.slabValueBytes + 1);
  const { value } = large;
  slabs.adopt(held);
  slabs.adopt(large);
  assert.equal(large.value, value);
  slabs.release(held);
  slabs.release(held);
  for (let i = 0; i < 1_000; i++) slabs.adopt(record("x", 4_096));
  assert.deepEqual(Buffer.from(held.value), Buffer.alloc(4_096, "held"));
});
