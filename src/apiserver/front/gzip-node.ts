/**
 * Long answers for clients that take gzip, compressed on the thread pool at the level that costs least. News (a watch)
 * is never compressed: a compressor would hold it back.
 */
import { Readable, pipeline } from "node:stream";
import { createGzip } from "node:zlib";
import type { Answer } from "../call.ts";
import { MIN_GZIP_BYTES } from "../limits.ts";

/** A tenth larger than the best, for a third of the time. */
const LEVEL = 1;

/** The same answer, compressed when that is wanted and worth it. `accepted`: the Accept-Encoding header. */
export function gzipped(answer: Answer, accepted: string | undefined): Answer {
  const { body } = answer;
  const isLong =
    body.type === "bytes" ? body.bytes.length > MIN_GZIP_BYTES : body.type === "stream" && body.live !== true;
  if (!isLong || !takesGzip(accepted)) return answer;
  const plain = body.type === "bytes" ? [body.bytes] : body.type === "stream" ? body.chunks : [];
  const chunks = createGzip({ level: LEVEL });
  // An error destroys the compressor, and whoever reads it sees that.
  pipeline(Readable.from(plain, { objectMode: true }), chunks, () => undefined);
  const vary = [answer.headers["vary"], "Accept-Encoding"].filter((one) => one !== undefined).join(", ");
  const headers = { ...answer.headers, "content-encoding": "gzip", vary };
  return { status: answer.status, headers, body: { type: "stream", chunks } };
}

function takesGzip(accepted: string | undefined): boolean {
  return accepted?.split(",").some((token) => token.trim() === "gzip") ?? false;
}
