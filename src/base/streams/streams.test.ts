/** Kubernetes' protocols of commands and forwarded ports, both ends against each other over links in memory. */
import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { BytePipe, channelPair, pour } from "./byte-channel.ts";
import { acceptChannelForwards, channelForwardProtocols } from "./channel-forward.ts";
import { channelCommand, commandProtocols } from "./channel-socket.ts";
import { type CommandEnd, endOf, statusOf } from "./command-streams.ts";
import { acceptPortForwards, openPortForward, tunnel } from "./port-forward.ts";
import { acceptSpdyCommand, runSpdyCommand } from "./spdy-command.ts";
import { SpdyConnection } from "./spdy-connection.ts";
import { asksForUpgrade, chooseUpgrade } from "./upgrade.ts";
import { WebSocket } from "./web-socket.ts";

const mask = (): Uint8Array => Uint8Array.of(1, 2, 3, 4);

const signal = new AbortController().signal;

async function* bytesOf(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

test("a command over SPDY gets stdin to its end, sizes, and gives back output and exit code", async () => {
  const [near, far] = channelPair();
  const shape = { stdin: true, stdout: true, stderr: false, tty: true };
  const serving = (async () => {
    const streams = await acceptSpdyCommand(far, "v4.channel.k8s.io", shape, signal);
    const sizes = streams.io.resizes?.[Symbol.asyncIterator]();
    assert.deepEqual((await sizes?.next())?.value, { width: 80, height: 24 });
    const read = await text(streams.io.stdin ?? bytesOf());
    await streams.io.stdout?.write(Buffer.from(read.toUpperCase()));
    await streams.finish({ exitCode: 7 });
  })();
  const stdout = new BytePipe();
  const resizes = (async function* () {
    yield { width: 80, height: 24 };
  })();
  const end = await runSpdyCommand(near, shape, { stdin: bytesOf("a", "b"), stdout, resizes }, signal);
  stdout.end();
  assert.deepEqual(end, { exitCode: 7 });
  assert.equal(await text(stdout), "AB");
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
    assert.equal(got.has(1), !protocol.startsWith("v5."), "the greeting");
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
  assert.equal(await text(open.data.input), "ping");
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
