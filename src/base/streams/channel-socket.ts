/**
 * Kubernetes' channels over a WebSocket: the first byte of each message is a channel's number, in the base64 forms a
 * digit before base64 text. Version 5 closes a channel with the message 255 and its number; older ones cannot close
 * stdin alone. (KEP-4006; upstream's `wsstream`.)
 */
import { type ByteSink, BytePipe } from "./byte-channel.ts";
import {
  type CommandEnd,
  type CommandIo,
  type CommandShape,
  type CommandStreams,
  SizeQueue,
  statusOf,
  textOf,
} from "./command-streams.ts";
import type { WebSocket, WebSocketMessage } from "./web-socket.ts";

/** Subprotocols of `exec` and `attach`, best first. */
export const commandProtocols: readonly string[] = [
  "v5.channel.k8s.io",
  "v4.channel.k8s.io",
  "v4.base64.channel.k8s.io",
  "channel.k8s.io",
  "base64.channel.k8s.io",
];

const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 };

/** Of channel 0 in the base64 forms. */
const DIGIT = 0x30;

/** Messages as channels write and read them. */
export class ChannelSocket {
  readonly #socket: WebSocket;
  readonly #isBase64: boolean;

  constructor(socket: WebSocket, protocol: string) {
    this.#socket = socket;
    this.#isBase64 = protocol.includes("base64");
  }

  async send(channel: number, data: Uint8Array): Promise<void> {
    if (this.#isBase64) {
      const text = String.fromCharCode(DIGIT + channel) + Buffer.from(data).toString("base64");
      return this.#socket.send(Buffer.from(text), true);
    }
    return this.#socket.send(Buffer.concat([Buffer.from([channel]), data]));
  }

  /** A channel to write to; closing it alone says nothing. */
  sink(channel: number): ByteSink {
    return { write: (bytes) => this.send(channel, bytes), end: () => {} };
  }

  /** For one reader; ends when the client closes. */
  async *messages(): AsyncGenerator<{ readonly channel: number; readonly data: Buffer }> {
    for await (const message of this.#socket.messages()) {
      if (message.data.length > 0) yield this.#parse(message);
    }
  }

  async close(): Promise<void> {
    await this.#socket.close();
  }

  #parse({ data }: WebSocketMessage): { readonly channel: number; readonly data: Buffer } {
    const first = data[0] ?? 0;
    if (!this.#isBase64) return { channel: first, data: data.subarray(1) };
    return { channel: first - DIGIT, data: Buffer.from(data.toString("latin1", 1), "base64") };
  }
}

/** The streams of a command over a WebSocket. `done` resolves when the client has gone. */
export function channelCommand(
  webSocket: WebSocket,
  protocol: string,
  shape: CommandShape,
): { readonly streams: CommandStreams; readonly done: Promise<void> } {
  const socket = new ChannelSocket(webSocket, protocol);
  const stdin = shape.stdin ? new BytePipe() : undefined;
  const sizes = shape.tty ? new SizeQueue() : undefined;
  const gone = new AbortController();
  const receive = async (): Promise<void> => {
    if (!protocol.startsWith("v5.")) await greet(socket, shape);
    for await (const { channel, data } of socket.messages()) {
      // The command may have closed its input; the rest of it is nobody's.
      if (channel === channels.stdin) await stdin?.write(data).catch(() => undefined);
      else if (channel === channels.resize) sizes?.putText(data.toString());
      else if (channel === channels.close && data[0] === channels.stdin) stdin?.end();
    }
  };
  const done = receive()
    .catch(() => undefined) // A broken connection: its client has gone.
    .finally(() => {
      gone.abort();
      stdin?.destroy();
      sizes?.end();
    });
  const io: CommandIo = {
    ...(stdin === undefined ? {} : { stdin }),
    ...(shape.stdout ? { stdout: socket.sink(channels.stdout) } : {}),
    ...(shape.stderr && !shape.tty ? { stderr: socket.sink(channels.stderr) } : {}),
    ...(sizes === undefined ? {} : { resizes: sizes }),
  };
  const finish = async (end: CommandEnd): Promise<void> => {
    const isText = !/^v[45]\./.test(protocol);
    const word = isText ? textOf(end) : statusOf(end);
    if (word !== "") await socket.send(channels.error, Buffer.from(word));
    await socket.close();
  };
  return { streams: { io, gone: gone.signal, finish }, done };
}

/**
 * An empty message tells old clients that the connection stands. Upstream sends it to those of version 5 too, who need
 * it not: client-go may read it before it has made its streams, and then kubectl complains of an unknown stream.
 */
async function greet(socket: ChannelSocket, shape: CommandShape): Promise<void> {
  const channel = shape.stdout ? channels.stdout : shape.stderr ? channels.stderr : channels.error;
  await socket.send(channel, new Uint8Array());
}
