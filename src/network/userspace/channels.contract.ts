/** What every pair of `Channels` promises. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ByteChannel, StreamError } from "#base/streams";
import { SocketError } from "../dns/sockets.ts";
import type { Channels } from "./channels.ts";

const here = { address: "127.0.0.1", port: 0 };
const { signal } = new AbortController();

/** `run` gives the body channels, in a world where time passes. */
export function channelsContract(
  name: string,
  run: (body: (channels: Channels) => Promise<void>) => Promise<void>,
): void {
  const check = (what: string, body: (channels: Channels) => Promise<void>) =>
    test(`${name}: ${what}`, () => run(body));

  check("the end of one half leaves the other open", async (channels) => {
    const [near, far, bound] = await connected(channels);
    await near.write(Buffer.from("question"));
    near.end();
    assert.equal(await textOf(far), "question");
    await far.write(Buffer.from("an answer "));
    await far.write(Buffer.from("after the end"));
    far.end();
    assert.equal(await textOf(near), "an answer after the end");
    bound.close();
  });

  check("a destroyed end breaks the other, and is not taken for an end", async (channels) => {
    const [near, far, bound] = await connected(channels);
    await far.write(Buffer.from("half an ans"));
    far.destroy();
    await assert.rejects(textOf(near), StreamError);
    bound.close();
  });

  check("a port has one owner, and nobody after it was closed", async (channels) => {
    const bound = await channels.listen(here, () => {});
    const inUse = (error: unknown) => error instanceof SocketError && error.code === "addressInUse";
    await assert.rejects(
      channels.listen(bound.at, () => {}),
      inUse,
    );
    bound.close();
    await assert.rejects(channels.dial(bound.at, signal), SocketError);
  });
}

async function connected(channels: Channels): Promise<[ByteChannel, ByteChannel, { close(): void }]> {
  const accepted = Promise.withResolvers<ByteChannel>();
  const bound = await channels.listen(here, (channel) => accepted.resolve(channel));
  const near = await channels.dial(bound.at, signal);
  return [near, await accepted.promise, bound];
}

/** All that the other end sends. */
export async function textOf({ input }: ByteChannel): Promise<string> {
  let text = "";
  for await (const chunk of input) text += Buffer.from(chunk).toString();
  return text;
}
