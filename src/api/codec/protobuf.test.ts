/** Protobuf: upstream's own samples byte for byte, every kind there and back, and hostile bytes. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { fc } from "../../../test/testing/properties.ts";
import type { Type } from "../schema/mod.ts";
import { Pod, PodList } from "../types/core/mod.ts";
import { Status, WatchEvent } from "../types/meta/mod.ts";
import { canonical } from "./decode.ts";
import { DecodeError } from "./errors.ts";
import { allKinds, hasProtobuf, objectsOf } from "./objects.suite.ts";
import { decodeEnvelope, decodeMessage, decodeProtobuf, encodeMessage, encodeProtobuf } from "./protobuf.ts";
import { encodeWatchFrame, WatchFrameReader } from "./protobuf-watch.ts";

interface Sample {
  readonly name: string;
  readonly json: { readonly kind?: string; readonly apiVersion?: string };
  readonly protobuf: string;
}

const FIXTURE = new URL("../../../test/fixtures/protobuf.jsonl.gz", import.meta.url);
/** A newer recording may lie beside the checkout. */
const RECORDING = new URL("../../../../shared/golden/protobuf.jsonl.gz", import.meta.url);

function samples(file: URL): readonly Sample[] {
  const lines = gunzipSync(readFileSync(file)).toString().trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Sample);
}

const kinds = allKinds();

function typeOfSample({ json, name }: Sample): Type {
  const kind = kinds.find(({ gvk }) => {
    if (gvk === undefined) return false;
    const apiVersion = gvk.group === "" ? gvk.version : `${gvk.group}/${gvk.version}`;
    return gvk.kind === json.kind && apiVersion === json.apiVersion;
  });
  const type = kind ?? (name.endsWith(".WatchEvent") ? WatchEvent : undefined);
  assert.ok(type, `a table for ${name}`);
  return type;
}

for (const file of [FIXTURE, RECORDING].filter((one) => existsSync(one))) {
  test(`Every sample of ${file === FIXTURE ? "the fixture" : "the recording"} encodes and decodes exactly`, () => {
    const all = samples(file);
    assert.ok(all.length >= 51);
    for (const sample of all) {
      const type = typeOfSample(sample);
      const bytes = Buffer.from(sample.protobuf, "base64");
      assert.equal(
        Buffer.from(encodeProtobuf(type, sample.json)).toString("hex"),
        bytes.toString("hex"),
        sample.name,
      );
      assert.equal(JSON.stringify(decodeProtobuf(type, bytes)), JSON.stringify(sample.json), sample.name);
    }
  });
}

test("Every kind survives protobuf", () => {
  for (const type of kinds.filter(hasProtobuf)) {
    fc.assert(
      fc.property(objectsOf(type), (object) => {
        const expected = canonical(type, object);
        const read = decodeProtobuf(type, encodeProtobuf(type, object));
        assert.deepEqual(withoutEmpty(read), withoutEmpty(expected));
      }),
      { numRuns: 10 },
    );
  }
});

/** Protobuf does not tell an empty list or map from an absent one. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Object.keys(value).length === 0) return null;
  if (Array.isArray(value)) return value.map(withoutEmpty);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutEmpty(item)]));
}

test("Zero values of Go values are written, absent pointers are not", () => {
  const pod = { kind: "Pod", apiVersion: "v1", metadata: {}, spec: { containers: [] }, status: {} };
  const bytes = Buffer.from(encodeMessage(Pod, canonical(Pod, pod)));
  // metadata opens with name "" (0a 00), generateName "" (12 00); creationTimestamp is an empty message (42 00).
  assert.match(bytes.toString("hex"), /^0a[\da-f]{2}0a0012001a0022002a00320038004200/);
});

test("A list carries its items without kinds", () => {
  const pod = canonical(Pod, { metadata: { name: "a" } });
  const list = canonical(PodList, { metadata: { resourceVersion: "7" }, items: [pod] });
  const read = decodeProtobuf(PodList, encodeProtobuf(PodList, list));
  assert.equal(read.metadata.resourceVersion, "7");
  assert.equal(read.items[0]?.metadata.name, "a");
  assert.equal(read.items[0]?.kind, undefined);
});

test("decodeProtobuf() refuses another kind and decodeEnvelope() names it", () => {
  const bytes = encodeProtobuf(Status, canonical(Status, { status: "Failure", code: 404 }));
  assert.equal(decodeEnvelope(bytes).kind, "Status");
  assert.throws(() => decodeProtobuf(Pod, bytes), { code: "kind" });
});

test("Watch frames are cut from any chunks", () => {
  const object = encodeProtobuf(Pod, canonical(Pod, { metadata: { name: "a" } }));
  const frames = Buffer.concat([
    encodeWatchFrame({ type: "ADDED", object }),
    encodeWatchFrame({ type: "DELETED", object }),
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: frames.length }), (size) => {
      const reader = new WatchFrameReader();
      const seen: string[] = [];
      for (let at = 0; at < frames.length; at += size) {
        for (const frame of reader.push(frames.subarray(at, at + size))) {
          seen.push(`${frame.type} ${decodeProtobuf(Pod, frame.object).metadata.name}`);
        }
      }
      assert.deepEqual(seen, ["ADDED a", "DELETED a"]);
    }),
    { numRuns: 20 },
  );
  assert.throws(() => new WatchFrameReader().push(Buffer.from([0xff, 0xff, 0xff, 0xff])), DecodeError);
});

test("Damaged bytes give a DecodeError or an object, never anything else", () => {
  const whole = Buffer.from(encodeMessage(Pod, canonical(Pod, samples(FIXTURE).find(isPod)?.json)));
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, end) => {
      const damaged = Buffer.from(whole.subarray(0, end));
      if (at < end) damaged[at] = byte;
      try {
        decodeMessage(Pod, damaged);
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

function isPod(sample: Sample): boolean {
  return sample.name === "core.v1.Pod";
}
