/** The inflater against zlib. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { constants, createDeflate, inflateSync } from "node:zlib";
import { Inflater, storedBlock } from "./inflate.ts";
import { spdyDictionary } from "./spdy-dictionary.ts";

test("Inflater reads what zlib flushes piece by piece with SPDY's dictionary", async () => {
  const deflate = createDeflate({ dictionary: spdyDictionary });
  const inflater = new Inflater(spdyDictionary, 65_536);
  const texts = ["streamtype error streamtype", "x".repeat(5000), "content-type error", "é0aZ".repeat(900)];
  for (const text of texts) {
    const pieces: Buffer[] = [];
    deflate.on("data", (piece: Buffer) => pieces.push(piece));
    deflate.write(text);
    await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, () => resolve()));
    deflate.removeAllListeners("data");
    assert.equal(inflater.inflate(Buffer.concat(pieces)).toString(), text);
  }
});

test("Inflater stops at its bound and at nonsense", async () => {
  const big = Buffer.concat([storedBlock(Buffer.alloc(1000), true)]);
  assert.throws(() => new Inflater(spdyDictionary, 999).inflate(big), { code: "protocol" });
  assert.throws(() => new Inflater(spdyDictionary, 999).inflate(Buffer.from("GET / HTTP/1.1")), {
    code: "protocol",
  });
});

test("stored blocks are a zlib stream", () => {
  const stream = Buffer.concat([
    storedBlock(Buffer.from("abc"), true),
    storedBlock(Buffer.from("def"), false),
  ]);
  assert.equal(inflateSync(stream, { finishFlush: constants.Z_SYNC_FLUSH }).toString(), "abcdef");
});
