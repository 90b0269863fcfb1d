/** Reads a request's body, with its bound. */
import type { Readable } from "node:stream";
import { tooLarge } from "#api";
import type { CallBody } from "../call.ts";

/** Rejects with 413 as soon as the bound is passed, or announced to be. */
export async function readAll(
  from: Readable,
  contentLength: string | undefined,
  maxBytes: number,
): Promise<CallBody> {
  if (contentLength !== undefined && Number(contentLength) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  await new Promise<void>((resolve, reject) => {
    from.on("data", (chunk: Uint8Array) => {
      size += chunk.length;
      if (size > maxBytes) {
        from.removeAllListeners("data");
        from.resume();
        reject(tooLarge(maxBytes));
      } else chunks.push(chunk);
    });
    from.on("end", resolve);
    from.on("error", reject);
    from.on("aborted", () => reject(new Error("the client went away")));
    if (from.readableEnded) resolve();
  });
  const bytes = chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
  return { type: "bytes", bytes };
}
