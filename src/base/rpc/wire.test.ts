/** Messages by table, against bytes written by hand from the protobuf encoding's definition. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode, message } from "./wire.ts";

const inner = message({ name: [1, "text"] });
const outer = message({
  count: [1, "int"],
  labels: [2, "map"],
  inner: [3, inner],
  many: [4, "int", "many"],
  on: [5, "bool"],
  big: [16, "big"],
});

test("encode() writes fields, nested messages and map entries as protobuf has them", () => {
  const bytes = encode(outer, {
    count: 300,
    labels: { a: "b" },
    inner: { name: "x" },
    many: [1, 2],
    big: -1n,
  });
  const expected = "08ac02" + "12060a0161120162" + "1a030a0178" + "20012002" + "8001ffffffffffffffffff01";
  assert.equal(bytes.toString("hex"), expected);
});

test("decode() gives back what encode() took, and zero values for what was left out", () => {
  const value = {
    count: 7,
    labels: { a: "1", "": "2" },
    inner: { name: "é" },
    many: [3],
    on: true,
    big: 2n ** 60n,
  };
  const back = decode(outer, encode(outer, value));
  assert.deepEqual({ ...back, labels: { ...back.labels } }, value);
  const none = decode(outer, new Uint8Array(0));
  assert.deepEqual([none.count, none.inner, none.many, none.on, none.big], [0, undefined, [], false, 0n]);
  assert.deepEqual(Object.keys(none.labels), []);
});

test("numbers of a repeated field are read one by one or together", () => {
  for (const hex of ["200120ac02", "220301ac02", "2001" + "2202ac02"])
    assert.deepEqual(decode(outer, Buffer.from(hex, "hex")).many, [1, 300]);
});

test("a map's keys cannot reach an object's prototype", () => {
  const { labels } = decode(outer, encode(outer, { labels: JSON.parse('{"__proto__":"x"}') }));
  assert.deepEqual(Object.entries(labels), [["__proto__", "x"]]);
  assert.equal(({} as Record<string, unknown>)["x"], undefined);
});

test("decode() skips fields that the table does not have, and refuses bytes that end early", () => {
  assert.equal(decode(inner, Buffer.from("18ff01" + "0a0178" + "2500000000", "hex")).name, "x");
  assert.throws(() => decode(inner, Buffer.from("0a05", "hex")), { code: "internal" });
});
