/**
 * The streams of a command over SPDY, at both ends: kubectl is a client of ours, the container runtime's streaming
 * server is a server to us. Each stream says in its headers which it is (`streamtype`).
 */
import { type ByteChannel, pour } from "./byte-channel.ts";
import {
  type CommandEnd,
  type CommandIo,
  type CommandShape,
  type CommandStreams,
  endOf,
  SizeQueue,
  statusOf,
  textOf,
} from "./command-streams.ts";
import { StreamError } from "./errors.ts";
import { SpdyConnection, type SpdyStream } from "./spdy-connection.ts";

/** Versions of `exec` and `attach` over SPDY, best first. */
export const spdyCommandProtocols: readonly string[] = [
  "v4.channel.k8s.io",
  "v3.channel.k8s.io",
  "v2.channel.k8s.io",
];

/** Takes over a client's connection; resolves when every stream of the shape is open, rejects on abort. */
export async function acceptSpdyCommand(
  channel: ByteChannel,
  protocol: string,
  shape: CommandShape,
  signal: AbortSignal,
): Promise<CommandStreams> {
  const expected = new Set(typesOf(shape, protocol !== "v2.channel.k8s.io"));
  const streams = new Map<string, SpdyStream>();
  const complete = Promise.withResolvers<void>();
  const connection = new SpdyConnection(channel, "server", (stream) => {
    const type = stream.headers["streamtype"] ?? "";
    if (!expected.has(type) || streams.has(type)) return stream.destroy();
    streams.set(type, stream);
    if (streams.size === expected.size) complete.resolve();
  });
  const gone = new AbortController();
  const refuse = (): void =>
    complete.reject(new StreamError("closed", "timed out waiting for client to create streams"));
  signal.addEventListener("abort", refuse, { once: true });
  void connection
    .run()
    .catch(() => undefined) // A broken connection: its client has gone.
    .finally(() => {
      gone.abort();
      refuse();
    });
  try {
    await complete.promise;
  } catch (error) {
    channel.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", refuse);
  }
  return {
    io: ioOf(streams),
    gone: gone.signal,
    finish: (end) => finish(connection, protocol, streams, end),
  };
}

async function finish(
  connection: SpdyConnection,
  protocol: string,
  streams: ReadonlyMap<string, SpdyStream>,
  end: CommandEnd,
): Promise<void> {
  const word = protocol.startsWith("v4.") ? statusOf(end) : textOf(end);
  const error = streams.get("error");
  if (word !== "") await error?.write(Buffer.from(word));
  for (const stream of streams.values()) stream.end();
  await connection.close();
}

/** Streams are opened in this order, as upstream's client does. */
function typesOf(shape: CommandShape, canResize: boolean): readonly string[] {
  return [
    "error",
    ...(shape.stdin ? ["stdin"] : []),
    ...(shape.stdout ? ["stdout"] : []),
    ...(shape.stderr && !shape.tty ? ["stderr"] : []),
    ...(shape.tty && canResize ? ["resize"] : []),
  ];
}

function ioOf(streams: ReadonlyMap<string, SpdyStream>): CommandIo {
  const [stdin, stdout, stderr] = ["stdin", "stdout", "stderr"].map((type) => streams.get(type));
  const resize = streams.get("resize");
  return {
    ...(stdin === undefined ? {} : { stdin: stdin.input }),
    ...(stdout === undefined ? {} : { stdout }),
    ...(stderr === undefined ? {} : { stderr }),
    ...(resize === undefined ? {} : { resizes: sizesOf(resize) }),
  };
}

/** Sizes come one JSON object after another, in pieces of any length. */
function sizesOf(stream: SpdyStream): SizeQueue {
  const sizes = new SizeQueue();
  const read = async (): Promise<void> => {
    let text = "";
    for await (const chunk of stream.input) {
      const parts = `${text}${Buffer.from(chunk).toString()}`.split("}");
      text = (parts.pop() ?? "").slice(-200);
      for (const part of parts) sizes.putText(`${part}}`);
    }
  };
  void read()
    .catch(() => undefined) // The client has gone, and its terminal with it.
    .finally(() => sizes.end());
  return sizes;
}

/** Runs a command at a streaming server over a connection that has become SPDY; resolves with its end. */
export async function runSpdyCommand(
  channel: ByteChannel,
  shape: CommandShape,
  io: CommandIo,
  signal: AbortSignal,
): Promise<CommandEnd> {
  const connection = new SpdyConnection(channel, "client");
  const running = connection.run().catch(() => undefined);
  const stop = (): void => channel.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const streams = new Map<string, SpdyStream>();
    for (const type of typesOf(shape, true)) streams.set(type, await connection.open({ streamtype: type }));
    const outputs = [
      drain(streams.get("stdout"), io.stdout),
      drain(streams.get("stderr"), io.stderr),
      textFrom(streams.get("error")),
    ] as const;
    feed(io, streams);
    const [, , text] = await Promise.all(outputs);
    signal.throwIfAborted();
    return endOf(text);
  } finally {
    signal.removeEventListener("abort", stop);
    await connection.close();
    channel.destroy();
    await running;
  }
}

/** Input flows beside the outputs; that the command reads no more of it is not a failure. */
function feed(io: CommandIo, streams: ReadonlyMap<string, SpdyStream>): void {
  const [stdin, resize] = [streams.get("stdin"), streams.get("resize")];
  const { resizes } = io;
  if (stdin !== undefined && io.stdin !== undefined) void pour(io.stdin, stdin).catch(() => undefined);
  if (resize === undefined || resizes === undefined) return;
  const send = async (): Promise<void> => {
    for await (const { width, height } of resizes) {
      await resize.write(Buffer.from(JSON.stringify({ Width: width, Height: height })));
    }
  };
  void send().catch(() => undefined);
}

async function drain(stream: SpdyStream | undefined, to: CommandIo["stdout"]): Promise<void> {
  if (stream === undefined || to === undefined) return;
  for await (const chunk of stream.input) await to.write(chunk);
}

async function textFrom(stream: SpdyStream | undefined): Promise<string> {
  const chunks: Uint8Array[] = [];
  if (stream !== undefined) for await (const chunk of stream.input) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
