/** A socket as a channel. */
import { once } from "node:events";
import type { Duplex } from "node:stream";
import type { ByteChannel } from "./byte-channel.ts";
import { StreamError } from "./errors.ts";

/** `head`: what was read from the socket before. */
export function socketChannel(socket: Duplex, head?: Uint8Array): ByteChannel {
  // Whoever reads or writes hears of a failure; one that strikes in between has nobody else.
  socket.on("error", () => {});
  return {
    input: read(socket, head),
    async write(bytes) {
      if (socket.destroyed || socket.writableEnded) {
        throw new StreamError("closed", "Cannot write: the connection is closed");
      }
      if (socket.write(bytes)) return;
      const settled = new AbortController();
      const { signal } = settled;
      try {
        await Promise.race([once(socket, "drain", { signal }), closed(socket, signal)]);
      } finally {
        settled.abort();
      }
    },
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  };
}

async function closed(socket: Duplex, signal: AbortSignal): Promise<never> {
  await once(socket, "close", { signal });
  throw new StreamError("closed", "Cannot write: the connection was closed");
}

async function* read(socket: Duplex, head: Uint8Array | undefined): AsyncGenerator<Uint8Array> {
  try {
    if (head !== undefined && head.length > 0) yield head;
    yield* socket as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw new StreamError("closed", "Cannot read: the connection is broken", { cause });
  }
}
