/** The real `Network`: TCP; a message is its length in 4 bytes (big endian), then its JSON. */
import { connect, createServer, type Socket } from "node:net";
import type { Clock } from "../env.ts";
import { connectTimeoutMs, maxMessageBytes, maxUnreadMessages } from "../limits.ts";
import { MessageQueue } from "../message-queue.ts";
import { type Connection, type Listener, type Network, NetworkError } from "../network.ts";

export class TcpNetwork implements Network {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  listen(address: string, accept: (connection: Connection) => void, signal: AbortSignal): Promise<Listener> {
    const { host, port } = parseAddress(address);
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const server = createServer((socket) => accept(new TcpConnection(socket)));
      server.once("error", (cause: NodeJS.ErrnoException) => {
        const code = cause.code === "EADDRINUSE" ? "addressInUse" : "unreachable";
        reject(new NetworkError(code, `Cannot listen on "${address}"`, { cause }));
      });
      server.listen(port, host, () => {
        const bound = server.address();
        const truePort = bound !== null && typeof bound === "object" ? bound.port : port;
        resolve({ address: `${host}:${truePort}`, close: () => void server.close() });
      });
    });
  }

  connect(address: string, signal: AbortSignal): Promise<Connection> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const socket = connect(parseAddress(address));
      const settle = (act: () => void) => {
        timeout.cancel();
        signal.removeEventListener("abort", onAbort);
        socket.removeListener("error", onError);
        act();
      };
      const giveUp = (error: unknown) =>
        settle(() => {
          socket.on("error", () => {}); // The socket is given up; what it still says does not matter.
          socket.destroy();
          reject(error);
        });
      const onAbort = () => giveUp(signal.reason);
      const onError = (cause: NodeJS.ErrnoException) => {
        const code = cause.code === "ECONNREFUSED" ? "refused" : "unreachable";
        giveUp(new NetworkError(code, `Cannot connect to "${address}"`, { cause }));
      };
      const timeout = this.#clock.timer(connectTimeoutMs, () =>
        giveUp(new NetworkError("unreachable", `Cannot connect to "${address}": no answer`)),
      );
      signal.addEventListener("abort", onAbort, { once: true });
      socket.once("error", onError);
      socket.once("connect", () => settle(() => resolve(new TcpConnection(socket))));
    });
  }
}

class TcpConnection implements Connection {
  readonly remoteAddress: string;
  readonly messages: MessageQueue<unknown>;
  readonly #socket: Socket;
  #room: PromiseWithResolvers<void> | undefined;
  #chunks: Buffer[] = [];
  #heldBytes = 0;
  #closed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.remoteAddress = `${socket.remoteAddress}:${socket.remotePort}`;
    socket.setNoDelay(true);
    this.messages = new MessageQueue<unknown>(
      () => {
        if (this.messages.size < maxUnreadMessages) socket.resume();
      },
      () => this.close(),
    );
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("drain", () => {
      this.#room?.resolve();
      this.#room = undefined;
    });
    socket.on("end", () => this.#heldBytes === 0 && this.messages.end());
    socket.on("error", (cause) => this.#break(cause));
    socket.on("close", () => this.#break(undefined));
  }

  async send(message: unknown): Promise<void> {
    if (this.#closed || !this.#socket.writable) throw this.#broken(undefined);
    const body = Buffer.from(JSON.stringify(message));
    if (body.length > maxMessageBytes) {
      throw new NetworkError(
        "tooLarge",
        `Cannot send a message of ${body.length} bytes to ${this.remoteAddress}`,
      );
    }
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    this.#socket.cork();
    this.#socket.write(length);
    const hasRoom = this.#socket.write(body);
    this.#socket.uncork();
    if (hasRoom) return;
    this.#room ??= Promise.withResolvers();
    await this.#room.promise;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.messages.discard();
    this.#socket.resume();
    this.#socket.end();
    this.#room?.reject(this.#broken(undefined));
  }

  #read(chunk: Buffer): void {
    if (this.#closed) return;
    this.#chunks.push(chunk);
    this.#heldBytes += chunk.length;
    for (let frame = this.#takeFrame(); frame !== undefined; frame = this.#takeFrame()) {
      try {
        this.messages.push(JSON.parse(frame.toString()));
      } catch (cause) {
        this.#socket.destroy(new Error("a message is not JSON", { cause }));
        return;
      }
    }
    if (this.messages.size >= maxUnreadMessages) this.#socket.pause();
  }

  #takeFrame(): Buffer | undefined {
    if (this.#heldBytes < 4) return undefined;
    if ((this.#chunks[0]?.length ?? 0) < 4) this.#chunks = [Buffer.concat(this.#chunks)];
    const length = this.#chunks[0]?.readUInt32BE() ?? 0;
    if (length > maxMessageBytes) {
      this.#socket.destroy(new Error(`a message of ${length} bytes is too large`));
      return undefined;
    }
    if (this.#heldBytes < 4 + length) return undefined;
    const held = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    this.#chunks = [held.subarray(4 + length)];
    this.#heldBytes -= 4 + length;
    return held.subarray(4, 4 + length);
  }

  #break(cause: unknown): void {
    const error = this.#broken(cause);
    if (!this.#closed) this.messages.fail(error);
    this.#room?.promise.catch(() => {}); // Its sender may have gone.
    this.#room?.reject(error);
    this.#closed = true;
  }

  #broken(cause: unknown): NetworkError {
    return new NetworkError("broken", `Connection to ${this.remoteAddress} is closed or broken`, { cause });
  }
}

function parseAddress(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(address.slice(colon + 1)) };
}
