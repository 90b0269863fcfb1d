/** Packed pages of backends, unpacked whole, at once and within a bound, so that their links can be turned. */
import { gunzipSync, inflateSync } from "node:zlib";
import { MAX_PACKED_HTML_BYTES } from "../limits.ts";

/** The page without its packing; undefined when that is unknown. `packing`: the Content-Encoding. */
export function plainHtml(
  chunks: AsyncIterable<Uint8Array>,
  packing: string,
): AsyncIterable<Uint8Array> | undefined {
  if (packing === "" || packing === "identity") return chunks;
  const unpack = packing === "gzip" ? gunzipSync : packing === "deflate" ? inflateSync : undefined;
  return unpack === undefined ? undefined : unpacked(chunks, unpack);
}

async function* unpacked(
  chunks: AsyncIterable<Uint8Array>,
  unpack: typeof gunzipSync,
): AsyncGenerator<Uint8Array> {
  const all: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > MAX_PACKED_HTML_BYTES) throw new Error("a packed page of the backend is too large");
    all.push(chunk);
  }
  yield unpack(Buffer.concat(all), { maxOutputLength: 16 * MAX_PACKED_HTML_BYTES });
}
