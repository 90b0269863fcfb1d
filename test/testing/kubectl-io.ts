/** kubectl with bytes on its streams, and connections through the ports that it forwards. */
import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";

export function sha256(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Runs kubectl with bytes on its input, and gives back bytes. */
export async function piped(
  child: ChildProcess,
  input: Uint8Array,
): Promise<{ readonly code: number | null; readonly stdout: Buffer; readonly stderr: string }> {
  const [stdout, stderr]: Buffer[][] = [[], []];
  child.stdout?.on("data", (chunk: Buffer) => stdout?.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => stderr?.push(chunk));
  child.stdin?.on("error", () => {}); // It may end before it has read everything.
  child.stdin?.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout: Buffer.concat(stdout ?? []), stderr: Buffer.concat(stderr ?? []).toString() };
}

/** Resolves with the local port when kubectl says that it forwards. */
export function forwardedPort(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    const port = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(output)?.[1];
    if (port !== undefined) resolve(Number(port));
  });
  child.on("close", () => reject(new Error(`kubectl forwards nothing:\n${output}`)));
  return promise;
}

/** Sends bytes to a port, half-closes, and gives back what comes until the end. */
export async function exchanged(port: number, data: Uint8Array): Promise<Buffer> {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.end(data);
  await once(socket, "end");
  socket.destroy();
  return Buffer.concat(chunks);
}
