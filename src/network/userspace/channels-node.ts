/** The operating system's TCP. */
import { type ByteChannel, StreamError, writableSink } from "#base/streams";
import { connect, createServer, type Socket } from "node:net";
import { type Bound, type SocketAddress, SocketError } from "../dns/sockets.ts";
import type { Channels } from "./channels.ts";
import { keepAliveMs } from "./limits.ts";

export class TcpChannels implements Channels {
  listen(at: SocketAddress, accept: (channel: ByteChannel, from: SocketAddress) => void): Promise<Bound> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const { remoteAddress = "", remotePort = 0 } = socket;
      accept(channelOf(socket), { address: remoteAddress, port: remotePort });
    });
    const action = `listen on TCP ${at.address} port ${at.port}`;
    return new Promise((resolve, reject) => {
      server.once("error", (cause: NodeJS.ErrnoException) => reject(failure(action, cause)));
      server.listen({ host: at.address, port: at.port, ipv6Only: true }, () => {
        server.on("error", () => {}); // Descriptors that are used up: the next client may have more luck.
        const bound = server.address();
        const port = typeof bound === "object" && bound !== null ? bound.port : at.port;
        resolve({ at: { address: at.address, port }, close: () => void server.close() });
      });
    });
  }

  dial(to: SocketAddress, signal: AbortSignal): Promise<ByteChannel> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const socket = connect({ host: to.address, port: to.port, allowHalfOpen: true, noDelay: true });
      const abort = (): void => {
        socket.destroy();
        reject(signal.reason);
      };
      signal.addEventListener("abort", abort, { once: true });
      socket.once("close", () => signal.removeEventListener("abort", abort));
      socket.once("error", (cause: NodeJS.ErrnoException) =>
        reject(failure(`connect to TCP ${to.address} port ${to.port}`, cause)),
      );
      socket.once("connect", () => {
        signal.removeEventListener("abort", abort);
        resolve(channelOf(socket));
      });
    });
  }
}

function channelOf(socket: Socket): ByteChannel {
  socket.setKeepAlive(true, keepAliveMs);
  return { ...writableSink(socket), input: read(socket), destroy: () => void socket.resetAndDestroy() };
}

/** To the end of one half: the other stays open. */
async function* read(socket: Socket): AsyncGenerator<Uint8Array> {
  try {
    yield* socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw new StreamError("closed", "Cannot read: the connection is broken", { cause });
  }
}

function failure(action: string, cause: NodeJS.ErrnoException): SocketError {
  const code = cause.code === "EADDRINUSE" ? "addressInUse" : "failed";
  return new SocketError(code, `Cannot ${action}: ${cause.code}`, { cause });
}
