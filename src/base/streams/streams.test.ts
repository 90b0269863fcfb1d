/** Streams and their protocols, both ends against each other over links in memory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { constants, createDeflate, inflateSync } from "node:zlib";
import { type ByteChannel, BytePipe, channelPair, joinChannels, pour } from "./byte-channel.ts";
import { ByteReader } from "./byte-reader.ts";
import { channelCommand, commandProtocols } from "./channel-socket.ts";
import { type CommandEnd, endOf, statusOf } from "./command-streams.ts";
import { Inflater, storedBlock } from "./inflate.ts";
import { pipeBytes, spdyWindowBytes } from "./limits.ts";
import { acceptChannelForwards, channelForwardProtocols } from "./channel-forward.ts";
import { acceptPortForwards, openPortForward, tunnel } from "./port-forward.ts";
import { acceptSpdyCommand, runSpdyCommand } from "./spdy-command.ts";
import { SpdyConnection, type SpdyStream } from "./spdy-connection.ts";
import { spdyDictionary } from "./spdy-dictionary.ts";
import { dataFrame, SpdyCodec, windowUpdate } from "./spdy-frames.ts";
import { acceptKey, WebSocket } from "./web-socket.ts";
import { asksForUpgrade, chooseUpgrade } from "./upgrade.ts";

const signal = new AbortController().signal;
const mask = (): Uint8Array => Uint8Array.of(1, 2, 3, 4);

async function textOf(input: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function* bytesOf(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

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
  assert.equal(await textOf(server.input), "question");
  await server.write(Buffer.from("answer"));
  server.end();
  assert.equal(await textOf(client.input), "answer");
  await joined;
});

test("the handshake's key is answered as RFC 6455 shows", () => {
  assert.equal(acceptKey("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});

test("WebSocket messages of every length pass masked and unmasked, and a close ends both sides", async () => {
  const [near, far] = channelPair();
  const [client, server] = [new WebSocket(near, mask), new WebSocket(far)];
  const sizes = [0, 1, 125, 126, 65_535, 65_536, 100_000];
  const sending = (async () => {
    for (const size of sizes) await client.send(Buffer.alloc(size, 7));
    await client.close();
  })();
  const got: number[] = [];
  for await (const { data } of server.messages()) {
    got.push(data.length);
    assert.equal(
      data.every((byte) => byte === 7),
      true,
    );
  }
  await sending;
  assert.deepEqual(got, sizes);
  for await (const message of client.messages()) assert.fail(`unexpected ${message.data.length} bytes`);
});

test("WebSocket fragments become one message, and a ping between them is answered", async () => {
  const [near, far] = channelPair();
  const server = new WebSocket(far);
  await near.write(Buffer.from([0x01, 2, 0x61, 0x62])); // text, not final: "ab"
  await near.write(Buffer.from([0x89, 1, 0x70])); // ping "p"
  await near.write(Buffer.from([0x80, 1, 0x63])); // continuation, final: "c"
  const messages = server.messages();
  assert.deepEqual((await messages.next()).value, { isText: true, data: Buffer.from("abc") });
  const pong = (await new ByteReader(near.input).need(3)).toString("latin1");
  assert.equal(pong, "\x8a\x01p");
});

test("a WebSocket frame over the bound is refused before it is read", async () => {
  const [near, far] = channelPair();
  await near.write(Buffer.from([0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0]));
  await assert.rejects(new WebSocket(far).messages().next(), { code: "protocol" });
});

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

/** A client and a server that hands every stream to `serve`. */
function spdyPair(serve: (stream: SpdyStream) => void): { client: SpdyConnection; close(): Promise<void> } {
  const [near, far] = channelPair();
  const client = new SpdyConnection(near, "client");
  const server = new SpdyConnection(far, "server", serve);
  const running = [client.run(), server.run()];
  return {
    client,
    async close() {
      await client.close();
      await server.close();
      await Promise.all(running);
    },
  };
}

test("SPDY streams carry headers, megabytes and half-closes both ways at once", async () => {
  const seen: (string | undefined)[] = [];
  const pair = spdyPair((stream) => {
    seen.push(stream.headers["streamtype"]);
    void pour(stream.input, stream);
  });
  const block = Buffer.alloc(100_000, "ab");
  const echo = async (name: string): Promise<number> => {
    const stream = await pair.client.open({ streamType: name });
    const sending = (async () => {
      for (let i = 0; i < 20; i++) await stream.write(block);
      stream.end();
    })();
    let size = 0;
    for await (const chunk of stream.input) size += chunk.length;
    await sending;
    return size;
  };
  assert.deepEqual(await Promise.all([echo("one"), echo("two")]), [2_000_000, 2_000_000]);
  assert.deepEqual(seen, ["one", "two"]);
  await pair.close();
});

test("an unread SPDY stream stops its writer within its window, and the others go on", async () => {
  const unread: SpdyStream[] = [];
  const pair = spdyPair((stream) => {
    if (stream.headers["streamtype"] === "unread") unread.push(stream);
    else void pour(stream.input, stream);
  });
  const teacher = await pair.client.open({ streamtype: "echo" });
  await teacher.write(Buffer.from("x")); // Its window update shows that the peer keeps windows.
  await turns(200);
  const stuck = await pair.client.open({ streamtype: "unread" });
  let written = 0;
  void (async () => {
    for (;;) {
      await stuck.write(Buffer.alloc(1024));
      written += 1024;
    }
  })().catch(() => undefined);
  await turns(5000);
  assert.equal(written, spdyWindowBytes);
  teacher.end();
  assert.equal(await textOf(teacher.input), "x");
  unread[0]?.destroy();
  await pair.close();
});

test("a reset of one SPDY stream ends it on the other side, after what came before", async () => {
  const pair = spdyPair((stream) => {
    void stream.write(Buffer.from("last words")).then(() => stream.destroy());
  });
  const stream = await pair.client.open({});
  assert.equal(await textOf(stream.input), "last words");
  await assert.rejects(stream.write(Buffer.from("x")), { code: "closed" });
  await pair.close();
});

test("what an SPDY stream brought is whole for a reader that comes after the connection's end", async () => {
  const [near, far] = channelPair();
  const client = new SpdyConnection(near, "client");
  const server = new SpdyConnection(far, "server", (stream) => {
    void stream.write(Buffer.alloc(50_000, "a")).then(async () => {
      stream.end();
      await server.close();
    });
  });
  const running = [client.run(), server.run()];
  const stream = await client.open({});
  await running[0];
  assert.equal((await textOf(stream.input)).length, 50_000);
  near.destroy();
  await Promise.allSettled(running);
});

test("SPDY frames of other types and settings are read over, and garbage is refused", async () => {
  const codec = new SpdyCodec();
  const bytes = Buffer.concat([
    windowUpdate(3, 77),
    dataFrame(5, Buffer.from("hi"), true),
    Buffer.alloc(8, 0xff),
  ]);
  const reader = new ByteReader(pieces(bytes, 3));
  assert.deepEqual(await codec.read(reader), { type: "window-update", id: 3, delta: 77 });
  assert.deepEqual(await codec.read(reader), { type: "data", id: 5, fin: true, data: Buffer.from("hi") });
  await assert.rejects(codec.read(reader), { code: "protocol" });
});

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test("a command over SPDY gets stdin to its end, sizes, and gives back output and exit code", async () => {
  const [near, far] = channelPair();
  const shape = { stdin: true, stdout: true, stderr: false, tty: true };
  const serving = (async () => {
    const streams = await acceptSpdyCommand(far, "v4.channel.k8s.io", shape, signal);
    const sizes = streams.io.resizes?.[Symbol.asyncIterator]();
    assert.deepEqual((await sizes?.next())?.value, { width: 80, height: 24 });
    const text = await textOf(streams.io.stdin ?? bytesOf());
    await streams.io.stdout?.write(Buffer.from(text.toUpperCase()));
    await streams.finish({ exitCode: 7 });
  })();
  const stdout = new BytePipe();
  const resizes = (async function* () {
    yield { width: 80, height: 24 };
  })();
  const end = await runSpdyCommand(near, shape, { stdin: bytesOf("a", "b"), stdout, resizes }, signal);
  stdout.end();
  assert.deepEqual(end, { exitCode: 7 });
  assert.equal(await textOf(stdout), "AB");
  await serving;
});

for (const protocol of commandProtocols) {
  test(`a command over a WebSocket with ${protocol}`, async () => {
    const [near, far] = channelPair();
    const shape = { stdin: true, stdout: true, stderr: true, tty: false };
    const { streams, done } = channelCommand(new WebSocket(far), protocol, shape);
    const isBase64 = protocol.includes("base64");
    const client = new WebSocket(near, mask);
    const write = (channel: number, text: string): Promise<void> =>
      isBase64
        ? client.send(Buffer.from(`${channel}${Buffer.from(text).toString("base64")}`), true)
        : client.send(Buffer.from([channel, ...Buffer.from(text)]));
    await write(0, "in");
    const stdin = streams.io.stdin?.[Symbol.asyncIterator]();
    assert.equal(Buffer.from((await stdin?.next())?.value ?? []).toString(), "in");
    if (protocol.startsWith("v5.")) {
      await client.send(Buffer.from([255, 0]));
      assert.equal((await stdin?.next())?.done, true);
    }
    await streams.io.stderr?.write(Buffer.from("err"));
    await streams.finish({ exitCode: 3 });
    const got = new Map<number, string>();
    for await (const { data } of client.messages()) {
      const channel = (data[0] ?? 0) - (isBase64 ? 0x30 : 0);
      const text = isBase64
        ? Buffer.from(data.toString("latin1", 1), "base64").toString()
        : data.toString("utf8", 1);
      got.set(channel, (got.get(channel) ?? "") + text);
    }
    await done;
    assert.equal(streams.gone.aborted, true);
    assert.equal(got.get(2), "err");
    const word = "command terminated with non-zero exit code: exit status 3";
    if (/^v[45]\./.test(protocol)) assert.deepEqual(endOf(got.get(3) ?? ""), { exitCode: 3 });
    else assert.equal(got.get(3), word);
  });
}

for (const protocol of channelForwardProtocols) {
  test(`ports forwarded over the channels of a WebSocket with ${protocol}`, async () => {
    const [near, far] = channelPair();
    const isBase64 = protocol.includes("base64");
    const serving = acceptChannelForwards(
      new WebSocket(far),
      protocol,
      [80, 0x1234],
      ({ port, data, finish }) => {
        if (port === 80) void finish("connection refused");
        else void pour(data.input, data).then(() => finish());
      },
    );
    const client = new WebSocket(near, mask);
    const messages = client.messages();
    const read = async (): Promise<readonly [number, string]> => {
      const { data } = (await messages.next()).value ?? { data: Buffer.alloc(0) };
      if (!isBase64) return [data[0] ?? 0, data.toString("latin1", 1)];
      return [(data[0] ?? 0) - 0x30, Buffer.from(data.toString("latin1", 1), "base64").toString("latin1")];
    };
    const got = [await read(), await read(), await read(), await read(), await read()];
    assert.deepEqual(got, [
      [0, "P\0"],
      [1, "P\0"],
      [2, "4\x12"],
      [3, "4\x12"],
      [1, "connection refused"],
    ]);
    await (isBase64
      ? client.send(Buffer.from(`2${Buffer.from("ping").toString("base64")}`), true)
      : client.send(Buffer.from("\u0002ping")));
    assert.deepEqual(await read(), [2, "ping"]);
    await client.close();
    await serving;
  });
}

test("a port forwarded over SPDY inside a WebSocket echoes, and a refusal is told on the error stream", async () => {
  const [near, far] = channelPair();
  const [outer, inner] = [new WebSocket(near, mask), new WebSocket(far)];
  const serving = acceptPortForwards(tunnel(inner, far), ({ port, data, finish }) => {
    if (port === 1) void finish("connection refused");
    else void pour(data.input, data).then(() => finish());
  });
  const client = new SpdyConnection(tunnel(outer, near), "client");
  const running = client.run();
  const open = await openPortForward(client, 80);
  await open.data.write(Buffer.from("ping"));
  open.data.end();
  assert.equal(await textOf(open.data.input), "ping");
  assert.equal(await open.failure, "");
  const refused = await openPortForward(client, 1);
  assert.equal(await refused.failure, "connection refused");
  await client.close();
  await Promise.all([serving, running]);
});

test("an upgrade is chosen by what both sides speak", () => {
  const offer = { websocket: ["v5.channel.k8s.io", "v4.channel.k8s.io"], spdy: ["v4.channel.k8s.io"] };
  const header = (headers: Readonly<Record<string, string>>) => (name: string) => headers[name];
  const spdy = header({
    connection: "Upgrade",
    upgrade: "SPDY/3.1",
    "x-stream-protocol-version": "v5.channel.k8s.io, v4.channel.k8s.io",
  });
  assert.equal(asksForUpgrade(spdy), true);
  assert.equal(chooseUpgrade(spdy, offer)?.protocol, "v4.channel.k8s.io");
  const socket = { upgrade: "websocket", "sec-websocket-key": "a", "sec-websocket-version": "13" };
  const asks = (names: string): string | undefined =>
    chooseUpgrade(header({ ...socket, "sec-websocket-protocol": names }), offer)?.protocol;
  assert.equal(asks("v9.channel.k8s.io, v4.channel.k8s.io"), "v4.channel.k8s.io");
  assert.equal(asks("v9.channel.k8s.io"), undefined);
  assert.equal(asksForUpgrade(header({})), false);
});

test("a command's end is the same after it went over the wire as a Status", () => {
  const ends: readonly CommandEnd[] = [{ exitCode: 0 }, { exitCode: 137 }];
  for (const end of ends) assert.deepEqual(endOf(statusOf(end)), end);
  assert.deepEqual(endOf("plain words"), { failure: "plain words" });
});

test("a link that breaks ends its streams", async () => {
  const [near, far] = channelPair();
  const streams: ByteChannel[] = [];
  const server = new SpdyConnection(far, "server", (stream) => streams.push(stream));
  const running = server.run();
  const client = new SpdyConnection(near, "client");
  const reading = client.run();
  await client.open({});
  near.destroy();
  await assert.rejects(running);
  await assert.rejects(reading);
  await assert.rejects(textOf(streams[0]?.input ?? bytesOf()), { code: "closed" });
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
