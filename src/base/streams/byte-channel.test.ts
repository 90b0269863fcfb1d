/** Pipes and channels of bytes: back-pressure, bounds and half-closes. */
import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { BytePipe, channelPair, joinChannels } from "./byte-channel.ts";
import { pipeBytes } from "./limits.ts";

async function turns(count = 50): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

test("BytePipe holds its writer back until the reader has taken enough, and ends after the last byte", async () => {
  const pipe = new BytePipe(10);
  let isWritten = false;
  const writing = pipe.write(Buffer.alloc(11)).then(() => {
    isWritten = true;
  });
  await turns();
  assert.equal(isWritten, false);
  const reader = pipe[Symbol.asyncIterator]();
  assert.equal((await reader.next()).value?.length, 11);
  await writing;
  await pipe.write(Buffer.from("end"));
  pipe.end();
  assert.equal(Buffer.from((await reader.next()).value ?? []).toString(), "end");
  assert.equal((await reader.next()).done, true);
});

test("BytePipe tells its writer that the reader has left", async () => {
  const pipe = new BytePipe(1);
  const writing = pipe.write(Buffer.from("abc"));
  pipe.destroy();
  await assert.rejects(writing, { code: "closed" });
  await assert.rejects(pipe.write(Buffer.from("d")), { code: "closed" });
});

test("joined channels pass bytes and half-closes both ways", async () => {
  const [client, a] = channelPair();
  const [b, server] = channelPair();
  const joined = joinChannels(a, b);
  await client.write(Buffer.from("question"));
  client.end();
  assert.equal(await text(server.input), "question");
  await server.write(Buffer.from("answer"));
  server.end();
  assert.equal(await text(client.input), "answer");
  await joined;
});

test("what waits in a pipe stays within its bound when nobody reads", async () => {
  const pipe = new BytePipe();
  let written = 0;
  void (async () => {
    for (;;) {
      await pipe.write(Buffer.alloc(1024));
      written += 1024;
    }
  })().catch(() => undefined);
  await turns(1000);
  assert.ok(written <= pipeBytes);
  pipe.destroy();
});
