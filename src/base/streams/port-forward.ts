/**
 * Forwarded ports, as a client opens them: each connection is a data stream and an error stream with the same
 * `requestid`. Over SPDY as it is, or SPDY in the binary messages of a WebSocket (`SPDY/3.1+portforward.k8s.io`,
 * KEP-4006).
 */
import type { ByteChannel } from "./byte-channel.ts";
import type { ExchangeAnswer, ExchangeRequest } from "./http-exchange.ts";
import { maxUnpairedStreams } from "./limits.ts";
import { SpdyConnection, type SpdyStream } from "./spdy-connection.ts";
import type { WebSocket } from "./web-socket.ts";

/** The version over SPDY, and the subprotocol that tunnels it. */
export const portForwardProtocol = "portforward.k8s.io";
export const tunnelProtocol = "SPDY/3.1+portforward.k8s.io";

/** One connection that a client wants to a port. */
export interface ForwardedConnection {
  readonly port: number;
  readonly data: ByteChannel;
  /** Ends the connection; with a message when it failed. */
  finish(failure?: string): Promise<void>;
}

/** Serves a client until it goes away. */
export async function acceptPortForwards(
  channel: ByteChannel,
  onConnection: (connection: ForwardedConnection) => void,
): Promise<void> {
  const unpaired = new Map<string, SpdyStream>();
  const connection = new SpdyConnection(channel, "server", (stream) => {
    const { port = "", requestid = port } = stream.headers;
    const other = unpaired.get(requestid);
    if (other === undefined) {
      if (unpaired.size >= maxUnpairedStreams) return stream.destroy();
      unpaired.set(requestid, stream);
      return;
    }
    unpaired.delete(requestid);
    const [data, error] = isError(stream) ? [other, stream] : [stream, other];
    if (isError(data) || !isError(error)) {
      data.destroy();
      error.destroy();
      return;
    }
    onConnection({ port: Number(port), data, finish: (failure) => finish(data, error, failure) });
  });
  try {
    await connection.run();
  } finally {
    await connection.close();
  }
}

function isError(stream: SpdyStream): boolean {
  return stream.headers["streamtype"] === "error";
}

async function finish(data: SpdyStream, error: SpdyStream, failure: string | undefined): Promise<void> {
  try {
    if (failure !== undefined) await error.write(Buffer.from(failure));
  } finally {
    error.end();
    if (failure === undefined) data.end();
    else data.destroy();
  }
}

/** Opens one connection to a port at a streaming server, over a connection that has become SPDY. */
export async function openPortForward(
  connection: SpdyConnection,
  port: number,
): Promise<{ readonly data: SpdyStream; readonly failure: Promise<string> }> {
  const common = { port: String(port), requestid: "0" };
  const error = await connection.open({ ...common, streamtype: "error" });
  error.end();
  const data = await connection.open({ ...common, streamtype: "data" });
  const read = async (): Promise<string> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of error.input) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  return { data, failure: read() };
}

/** What asks a kubelet for the ports of a pod. */
export function portForwardRequest(namespace: string, name: string): ExchangeRequest {
  const headers = {
    connection: "Upgrade",
    upgrade: "SPDY/3.1",
    "x-stream-protocol-version": portForwardProtocol,
  };
  return { method: "POST", target: `/portForward/${namespace}/${name}`, headers };
}

/** The kubelet's answer to that as a connection to one port; it breaks with the kubelet's words when nobody listens there. */
export async function forwardedPort(answer: ExchangeAnswer, port: number): Promise<ByteChannel> {
  if (answer.body.type !== "upgraded") throw new Error(`the kubelet answered with status ${answer.status}`);
  const connection = new SpdyConnection(answer.body.channel, "client", (stream) => stream.destroy());
  const gone = (): void => void connection.close();
  const running = connection.run().catch(() => undefined);
  const { data, failure } = await openPortForward(connection, port);
  void running.finally(gone);
  // A refusal breaks the data off; why, only the other stream says.
  const explained = async (error: unknown): Promise<never> => {
    const text = await failure.catch(() => "");
    throw text === "" ? error : new Error(text);
  };
  return {
    input: explaining(data.input, explained),
    write: (bytes) => data.write(bytes).catch(explained),
    end: () => data.end(),
    destroy: () => {
      data.destroy();
      gone();
    },
  };
}

async function* explaining(
  input: AsyncIterable<Uint8Array>,
  explained: (error: unknown) => Promise<never>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* input;
  } catch (error) {
    await explained(error);
  }
}

/** The bytes inside the messages of a WebSocket, as a channel. */
export function tunnel(socket: WebSocket, channel: ByteChannel): ByteChannel {
  return {
    input: payloads(socket),
    write: (bytes) => socket.send(bytes),
    // A peer that has gone needs no goodbye.
    end: () => void socket.close().catch(() => undefined),
    destroy: () => channel.destroy(),
  };
}

async function* payloads(socket: WebSocket): AsyncGenerator<Uint8Array> {
  for await (const { data } of socket.messages()) if (data.length > 0) yield data;
}
