/**
 * A gRPC client whose messages are tables (`wire.ts`): unary calls and server streams, over TCP or a unix
 * socket. It connects on the first call and again when the connection was lost; a call fails at once while
 * nobody answers, and goes on waiting for an answer until its time is up.
 */
import type { Client, ClientOptions, Metadata, ServiceError } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import { RpcError, rpcCodes } from "./rpc-error.ts";
import { type Decoded, decode, encode, type Given, type Message } from "./wire.ts";

/** A call's name and the tables of its two messages. */
export interface Method<Q extends Message, A extends Message> {
  /** `runtime.v1.RuntimeService/Version`. */
  readonly path: string;
  readonly request: Q;
  readonly response: A;
}

/** Puts a method together: `const version = method("runtime.v1.RuntimeService/Version", {...}, {...})`. */
export function method<Q extends Message, A extends Message>(
  path: string,
  request: Q,
  response: A,
): Method<Q, A> {
  return { path, request, response };
}

/** The largest message taken: a list of all containers of a full node is far smaller. */
const maxMessageBytes = 16 * 2 ** 20;

const channelOptions: ClientOptions = {
  "grpc.max_receive_message_length": maxMessageBytes,
  "grpc.max_send_message_length": maxMessageBytes,
  // A server on this machine is back within a moment; waiting longer only delays everybody.
  "grpc.initial_reconnect_backoff_ms": 50,
  "grpc.max_reconnect_backoff_ms": 500,
  // Each client its own connection: what one does never ends another's.
  "grpc.use_local_subchannel_pool": 1,
  "grpc.enable_retries": 0,
};

/** The package takes 40 ms to load, which a cluster of virtual nodes never needs. */
interface Channel {
  readonly client: Client;
  readonly headers: Metadata;
}

/** One server. Calls reject with `RpcError`, or with the signal's reason when it aborts. */
export class RpcClient implements Disposable {
  readonly #channel: Promise<Channel>;

  /** `target`: `"unix:/run/x.sock"` or `"10.0.0.1:80"`; `metadata` goes with every call. */
  constructor(target: string, metadata: Readonly<Record<string, string>> = {}) {
    this.#channel = openChannel(target, metadata);
  }

  /** Calls once; rejects with `deadline-exceeded` after `timeoutMs` (Infinity: never). */
  async call<Q extends Message, A extends Message>(
    { path, request, response }: Method<Q, A>,
    value: Given<Q>,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Decoded<A>> {
    const { client, headers } = await this.#channel;
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Decoded<A>>();
    const call = client.makeUnaryRequest(
      `/${path}`,
      (given: Given<Q>) => encode(request, given),
      (bytes: Buffer) => decode(response, bytes),
      value,
      headers.clone(),
      { deadline: timeoutMs === Infinity ? Infinity : Date.now() + timeoutMs },
      (error, answer) => {
        signal.removeEventListener("abort", onAbort);
        if (error !== null) reject(signal.aborted ? signal.reason : asRpcError(error));
        else if (answer === undefined) reject(new RpcError("internal", `${path} gave no answer`));
        else resolve(answer);
      },
    );
    const onAbort = (): void => call.cancel();
    signal.addEventListener("abort", onAbort, { once: true });
    return promise;
  }

  /** The answers of a server stream; ends with the stream or on abort. */
  async *stream<Q extends Message, A extends Message>(
    { path, request, response }: Method<Q, A>,
    value: Given<Q>,
    signal: AbortSignal,
  ): AsyncGenerator<Decoded<A>> {
    const { client, headers } = await this.#channel;
    if (signal.aborted) return;
    const stream = client.makeServerStreamRequest(
      `/${path}`,
      (given: Given<Q>) => encode(request, given),
      (bytes: Buffer) => decode(response, bytes),
      value,
      headers.clone(),
    );
    // What fails after its reader has left is nobody's.
    stream.on("error", () => {});
    const onAbort = (): void => stream.cancel();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      for await (const answer of stream) yield answer as Decoded<A>;
    } catch (error) {
      if (!signal.aborted) throw asRpcError(error as ServiceError);
    } finally {
      signal.removeEventListener("abort", onAbort);
      stream.cancel();
    }
  }

  [Symbol.dispose](): void {
    void this.#channel.then(({ client }) => client.close());
  }
}

async function openChannel(target: string, metadata: Readonly<Record<string, string>>): Promise<Channel> {
  const { Client, credentials, Metadata } = await import("./grpc-node.ts");
  const headers = new Metadata();
  for (const [name, value] of Object.entries(metadata)) headers.set(name, value);
  return { client: new Client(target, credentials.createInsecure(), channelOptions), headers };
}

function asRpcError(error: ServiceError): RpcError {
  // Its own message is the code and the details again, so it is no cause that tells more.
  return new RpcError(rpcCodes[error.code - 1] ?? "unknown", wordsOf(error.details || error.message));
}

/** Why there is no connection, without the library's own frame around it. */
function wordsOf(details: string): string {
  const why = /^No connection established\. Last error: (?:Error: )?(.*)\. Resolution note:/s.exec(
    details,
  )?.[1];
  return why === undefined ? details : `no connection: ${why}`;
}
