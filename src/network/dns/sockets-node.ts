/** The operating system's sockets. */
import { createSocket } from "node:dgram";
import { createServer, connect as connectTo, type Socket } from "node:net";
import {
  type Bound,
  type ByteStream,
  type Datagrams,
  type DatagramSocket,
  type SocketAddress,
  SocketError,
  type Streams,
} from "./sockets.ts";

/** UDP over `node:dgram`. */
export class UdpDatagrams implements Datagrams {
  bind(
    at: SocketAddress,
    receive: (data: Uint8Array, from: SocketAddress) => void,
    unsent: () => void = () => {},
  ): Promise<DatagramSocket> {
    const v6 = at.address.includes(":");
    const socket = createSocket({ type: v6 ? "udp6" : "udp4", ipv6Only: v6 });
    let open = true;
    const close = (): void => {
      if (open) socket.close();
      open = false;
    };
    return new Promise((resolve, reject) => {
      socket.once("error", (cause: NodeJS.ErrnoException) => {
        close();
        reject(failure(`bind UDP ${text(at)}`, cause));
      });
      socket.bind(at.port, at.address, () => {
        socket.removeAllListeners("error");
        socket.on("error", () => {}); // An ICMP refusal of one asker is no business of the others.
        socket.on("message", (data, from) => receive(data, { address: from.address, port: from.port }));
        resolve({
          at: { address: at.address, port: socket.address().port },
          send: (data, to) => {
            if (open) socket.send(data, to.port, to.address, (error) => error !== null && unsent());
          },
          close,
        });
      });
    });
  }
}

/** TCP over `node:net`. */
export class TcpStreams implements Streams {
  listen(at: SocketAddress, accept: (stream: ByteStream, from: SocketAddress) => void): Promise<Bound> {
    const server = createServer((socket) => {
      accept(new TcpStream(socket), { address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 });
    });
    return new Promise((resolve, reject) => {
      server.once("error", (cause: NodeJS.ErrnoException) =>
        reject(failure(`listen on TCP ${text(at)}`, cause)),
      );
      server.listen(at.port, at.address, () => {
        const bound = server.address();
        const port = typeof bound === "object" && bound !== null ? bound.port : at.port;
        resolve({ at: { address: at.address, port }, close: () => void server.close() });
      });
    });
  }

  connect(to: SocketAddress, signal: AbortSignal): Promise<ByteStream> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const socket = connectTo({ host: to.address, port: to.port });
      const abort = () => {
        socket.destroy();
        reject(signal.reason);
      };
      signal.addEventListener("abort", abort, { once: true });
      const done = () => signal.removeEventListener("abort", abort);
      socket.once("error", (cause: NodeJS.ErrnoException) => {
        done();
        reject(failure(`connect to TCP ${text(to)}`, cause));
      });
      socket.once("connect", () => {
        done();
        resolve(new TcpStream(socket));
      });
    });
  }
}

class TcpStream implements ByteStream {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("error", () => {}); // The reader sees the end.
  }

  get chunks(): AsyncIterable<Uint8Array> {
    return chunksOf(this.#socket);
  }

  write(data: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.destroyed) return resolve();
      this.#socket.write(data, () => resolve());
    });
  }

  close(): void {
    this.#socket.destroySoon();
  }
}

async function* chunksOf(socket: Socket): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of socket) yield chunk as Uint8Array;
  } catch {
    // A broken link is an end like any other.
  }
}

function failure(action: string, cause: NodeJS.ErrnoException): SocketError {
  const code = cause.code === "EADDRINUSE" ? "addressInUse" : "failed";
  return new SocketError(code, `Cannot ${action}`, { cause });
}

function text({ address, port }: SocketAddress): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
