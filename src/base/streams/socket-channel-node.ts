/** A socket as a channel. */
import { once } from "node:events";
import type { Duplex, Writable } from "node:stream";
import type { ByteChannel, ByteSink } from "./byte-channel.ts";
import { StreamError } from "./errors.ts";

/**
 * `head`: what was read from the socket before. Each write leaves before the next is begun, and so as a TLS record of its
 * own: a client that waits for its socket with `poll` (Python's) never sees what a record holds after the frame it read.
 */
export function socketChannel(socket: Duplex, head?: Uint8Array): ByteChannel {
  const sink = writableSink(socket);
  const write = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      const done = (cause: Error | null | undefined): void =>
        cause
          ? reject(new StreamError("closed", "Cannot write: the connection is closed", { cause }))
          : resolve();
      socket.write(bytes, done);
    });
  return { ...sink, write, input: read(socket, head), destroy: () => void socket.destroy() };
}

/** What can only be written to, as an HTTP answer. */
export function writableSink(to: Writable): ByteSink {
  // Whoever reads or writes hears of a failure; one that strikes in between has nobody else.
  to.on("error", () => {});
  return {
    async write(bytes) {
      if (to.destroyed || to.writableEnded) {
        throw new StreamError("closed", "Cannot write: the connection is closed");
      }
      if (to.write(bytes)) return;
      const settled = new AbortController();
      const { signal } = settled;
      const drained = once(to, "drain", { signal });
      const broken = closed(to, signal);
      try {
        await Promise.race([drained, broken]);
      } finally {
        settled.abort();
        await Promise.allSettled([drained, broken]);
      }
    },
    end: () => void to.end(),
  };
}

async function closed(socket: Writable, signal: AbortSignal): Promise<never> {
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
