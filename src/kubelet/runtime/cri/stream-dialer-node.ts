/** Connections to a runtime's streaming server, by the URLs that it hands out: HTTP that becomes SPDY/3.1. */
import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { type ByteChannel, socketChannel } from "#base/streams";
import { RuntimeError } from "../errors.ts";

/** Rejects with `unavailable` when nobody answers there, and `failed` when the server refuses. */
export async function dialStream(
  url: string,
  protocols: readonly string[],
  signal: AbortSignal,
): Promise<ByteChannel> {
  const { promise, resolve, reject } = Promise.withResolvers<ByteChannel>();
  const headers = {
    connection: "Upgrade",
    upgrade: "SPDY/3.1",
    "x-stream-protocol-version": [...protocols],
    "content-length": "0",
  };
  const call = request(url, { method: "POST", headers, agent: false });
  const stop = (): void => void call.destroy(signal.reason as Error);
  signal.addEventListener("abort", stop, { once: true });
  call.on("upgrade", (_response: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.setNoDelay(true);
    resolve(socketChannel(socket, head));
  });
  call.on("response", (response: IncomingMessage) => {
    response.resume();
    reject(new RuntimeError("failed", `the runtime's streaming server answered ${response.statusCode}`));
  });
  call.on("error", (cause) =>
    reject(new RuntimeError("unavailable", "cannot reach the runtime's streaming server", { cause })),
  );
  call.end();
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
