/** What every pair of `Datagrams` and `Streams` promises. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ByteStream, type Datagrams, SocketError, type Streams } from "./sockets.ts";

const here = { address: "127.0.0.1", port: 0 };
const { signal } = new AbortController();

/** `run` gives the body sockets, in a world where time passes. */
export function socketsContract(
  name: string,
  run: (body: (sockets: Datagrams & Streams) => Promise<void>) => Promise<void>,
): void {
  const check = (what: string, body: (sockets: Datagrams & Streams) => Promise<void>) =>
    test(`${name}: ${what}`, () => run(body));

  check("a datagram arrives, with its sender's address to answer to", async (sockets) => {
    const heard = Promise.withResolvers<string>();
    const server = await sockets.bind(here, (data, from) =>
      server.send(Buffer.concat([data, Buffer.from("!")]), from),
    );
    const client = await sockets.bind(here, (data, from) =>
      heard.resolve(`${Buffer.from(data)} from ${from.port}`),
    );
    client.send(Buffer.from("hello"), server.at);
    assert.equal(await heard.promise, `hello! from ${server.at.port}`);
    for (const socket of [server, client]) socket.close();
    server.close();
    server.send(Buffer.from("late"), client.at);
  });

  check("a port has one owner, and is free again after close", async (sockets) => {
    const first = await sockets.bind(here, () => {});
    const inUse = (error: unknown) => error instanceof SocketError && error.code === "addressInUse";
    await assert.rejects(
      sockets.bind(first.at, () => {}),
      inUse,
    );
    const listener = await sockets.listen(here, () => {});
    await assert.rejects(
      sockets.listen(listener.at, () => {}),
      inUse,
    );
    listener.close();
    await assert.rejects(sockets.connect(listener.at, signal), SocketError);
    first.close();
  });

  check("bytes go both ways in order, and a close is an end for the reader", async (sockets) => {
    const echo = async (stream: ByteStream): Promise<void> => {
      for await (const chunk of stream.chunks) await stream.write(chunk);
      stream.close();
    };
    const server = await sockets.listen(here, (stream) => void echo(stream));
    const stream = await sockets.connect(server.at, signal);
    const sent = Buffer.from(Array.from({ length: 50_000 }, (_, at) => at & 255));
    const read: Uint8Array[] = [];
    const reading = (async () => {
      let size = 0;
      for await (const chunk of stream.chunks) {
        read.push(chunk);
        size += chunk.length;
        if (size === sent.length) break;
      }
    })();
    for (let at = 0; at < sent.length; at += 10_000) await stream.write(sent.subarray(at, at + 10_000));
    await reading;
    assert.deepEqual(Buffer.concat(read), sent);
    stream.close();
    await stream.write(Buffer.from("late"));
    server.close();
  });

  check("a server that closes is an end for its client", async (sockets) => {
    const server = await sockets.listen(here, (stream) => stream.close());
    const stream = await sockets.connect(server.at, signal);
    for await (const _ of stream.chunks) assert.fail("nothing was sent");
    server.close();
  });
}
