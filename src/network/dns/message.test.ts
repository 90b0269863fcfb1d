/** The wire: what is written is read again, whatever comes is survived, and what does not fit is cut. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  decodeQuery,
  encodeAnswer,
  encodeQuery,
  encodeQuestion,
  encodeRefusal,
  prepareAnswer,
  type Query,
} from "./message.ts";
import { decodeResponse, readRecords } from "./response.ts";
import { decodeName, labelsOf } from "./name.ts";
import { type Answer, recordTypes, type ResourceRecord } from "./record.ts";
import { FrameReader, frame } from "./tcp-frames.ts";

const label = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(..."abcxyz019-_.\\\u00ff ") });
const name = fc
  .array(label, { maxLength: 8 })
  .map((labels) => labels.map((one) => one.replace(/[.\\]/g, "\\$&")).join("."));
const record: fc.Arbitrary<ResourceRecord> = fc.record({
  name,
  ttlSeconds: fc.nat(0xffff_ffff),
  data: fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }).map((address) => ({ type: "A" as const, address })),
    fc.uint8Array({ minLength: 16, maxLength: 16 }).map((address) => ({ type: "AAAA" as const, address })),
    name.map((target) => ({ type: "CNAME" as const, target })),
  ),
});

function queryOf(asked: string, edns = true): Query {
  const questionBytes = encodeQuestion({ name: asked, type: recordTypes.A, class: 1 });
  const decoded = decodeQuery(encodeQuery(7, questionBytes));
  assert.ok(decoded !== undefined && "question" in decoded);
  return { ...decoded, edns };
}

function answerOf(answers: readonly ResourceRecord[]): Answer {
  return { code: "NOERROR", authoritative: true, answers, authority: [], additional: [] };
}

test("records that are written, compressed, are read again", () => {
  fc.assert(
    fc.property(name, fc.array(record, { maxLength: 30 }), (asked, records) => {
      const query = queryOf(asked);
      assert.equal(query.question.name, asked);
      const bytes = encodeAnswer(query, prepareAnswer(asked, answerOf(records)), 65_535);
      const response = decodeResponse(bytes);
      assert.ok(response !== undefined);
      const read = readRecords(response.questionBytes, response.prepared);
      const plain = (all: readonly ResourceRecord[]) =>
        JSON.parse(
          JSON.stringify(all, (_, value: unknown) => (value instanceof Uint8Array ? [...value] : value)),
        );
      assert.deepEqual(plain(read), plain(records));
    }),
  );
});

test("whatever comes is a query, a refusal or nothing, and never an error", () => {
  const header = Uint8Array.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
  const valid = encodeQuery(7, encodeQuestion({ name: "web.default.svc.cluster.local", type: 1, class: 1 }));
  const flipped = fc
    .array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 6 })
    .map((changes) => {
      const bytes = valid.slice();
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });
  const random = fc.uint8Array({ maxLength: 600 });
  const headed = random.map((tail) => Uint8Array.from([...header, ...tail]));
  fc.assert(
    fc.property(fc.oneof(random, headed, flipped), (bytes) => {
      const query = decodeQuery(bytes);
      if (query !== undefined && "question" in query) {
        assert.ok(query.questionBytes.length <= 255 + 4 || query.questionBytes.length < bytes.length);
        encodeAnswer(query, prepareAnswer(query.question.name, answerOf([])), 512);
      } else if (query !== undefined) encodeRefusal(query);
      const response = decodeResponse(bytes);
      if (response !== undefined) readRecords(response.questionBytes, response.prepared);
    }),
    { numRuns: 5_000 },
  );
});

test("a name of pointers that lead in a circle, or forwards, is no name", () => {
  assert.equal(decodeName(Uint8Array.of(0xc0, 0), 0), undefined);
  assert.equal(decodeName(Uint8Array.of(0xc0, 2, 0xc0, 0), 0), undefined);
  assert.equal(decodeName(Uint8Array.of(1, 97, 0xc0, 0), 0), undefined, "longer and longer");
  assert.deepEqual(decodeName(Uint8Array.of(1, 97, 0, 1, 66, 0xc0, 0), 3), { name: "b.a", next: 7 });
  assert.deepEqual(labelsOf("a\\.b.c"), ["a.b", "c"]);
});

test("an answer that does not fit is cut to a hint, and fits over TCP", () => {
  const many = Array.from({ length: 200 }, (_, at) => ({
    name: "db",
    ttlSeconds: 30,
    data: { type: "A" as const, address: Uint8Array.of(10, 0, 0, at) },
  }));
  const query = queryOf("db");
  const prepared = prepareAnswer("db", answerOf(many));
  const short = encodeAnswer(query, prepared, query.maxUdpBytes);
  assert.ok(short.length <= query.maxUdpBytes);
  assert.equal(decodeResponse(short)?.truncated, true);
  const long = decodeResponse(encodeAnswer(query, prepared, 65_535));
  assert.equal(long?.truncated, false);
  assert.equal(long?.prepared.counts[0], 200);
  assert.equal(prepared.tail.length, 200 * 16, "each owner is a pointer to the question");
});

test("the asker's spelling, his EDNS and a younger TTL come back to him", () => {
  const questionBytes = Buffer.from(encodeQuestion({ name: "web.x", type: 1, class: 1 })).map((byte) =>
    byte === 0x65 ? 0x45 : byte,
  );
  const bytes = encodeQuery(9, questionBytes);
  const query = decodeQuery(bytes);
  assert.ok(query !== undefined && "question" in query && query.question.name === "web.x");
  const prepared = prepareAnswer(
    "web.x",
    answerOf([{ name: "web.x", ttlSeconds: 30, data: { type: "A", address: Uint8Array.of(1, 2, 3, 4) } }]),
  );
  const answer = encodeAnswer(query, prepared, 512, 12);
  assert.ok(Buffer.from(answer).includes("wEb"));
  assert.equal(answer[11], 1, "one additional record, the OPT");
  assert.equal(decodeResponse(answer)?.ttlSeconds, 18);
  const plain = encodeAnswer({ ...query, edns: false }, prepared, 512);
  assert.equal(plain[11], 0);
});

test("messages over TCP are found however the bytes are cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }),
      fc.nat(99),
      (messages, seed) => {
        const bytes = Buffer.concat(messages.map(frame));
        const reader = new FrameReader();
        const read: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; ) {
          const size = 1 + ((seed + at) % 37);
          read.push(...reader.push(bytes.subarray(at, at + size)).map((one) => one.slice()));
          at += size;
        }
        assert.deepEqual(
          read.map((one) => [...one]),
          messages.map((one) => [...one]),
        );
      },
    ),
  );
});
