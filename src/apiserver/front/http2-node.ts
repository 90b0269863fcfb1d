/** HTTP/2 sessions by their `stream` events: no request and response objects on the hot path. */
import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { Answer, Call, CallBody, PeerCertificate } from "../call.ts";
import { gzipped } from "./gzip-node.ts";
import { pour } from "./pour-node.ts";
import { readAll } from "./read-body-node.ts";

/** What the streams of one connection share. */
export interface Http2Options {
  readonly handle: (call: Call) => Promise<Answer>;
  readonly closing: AbortSignal;
  readonly certificate: PeerCertificate | "untrusted" | undefined;
  readonly remoteAddress: string;
}

/** Answers every stream of a session. */
export function serveHttp2(session: ServerHttp2Session, options: Http2Options): void {
  session.on(
    "stream",
    (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, raw: readonly string[]) => {
      void serve(options, stream, headers, raw);
    },
  );
}

/** Made once: an abort without a reason makes a DOMException each time. */
const GONE = new Error("the client went away");

async function serve(
  options: Http2Options,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  raw: readonly string[],
): Promise<void> {
  const gone = new AbortController();
  stream.on("close", () => gone.abort(GONE));
  stream.on("error", () => gone.abort(GONE));
  try {
    const answer = await options.handle(callOf(options, stream, headers, raw, gone.signal));
    const isHead = headers[":method"] === "HEAD";
    const encoded = isHead ? answer : gzipped(answer, headers["accept-encoding"]);
    await send(stream, isHead, encoded, gone.signal);
  } catch {
    // The client went away, or the answer broke half way: only a reset says so.
    stream.destroy();
  }
}

function callOf(
  options: Http2Options,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  raw: readonly string[],
  gone: AbortSignal,
): Call {
  const target = String(headers[":path"] ?? "/");
  const isWatch = target.includes("watch=") || target.includes("/watch/");
  return {
    method: String(headers[":method"] ?? "GET"),
    target,
    header: (name) => {
      const value = headers[name];
      return typeof value === "string" ? value : value?.[0];
    },
    headers: (prefix) => pairs(raw, prefix),
    ...(options.certificate === undefined ? {} : { certificate: options.certificate }),
    remoteAddress: options.remoteAddress,
    body: (maxBytes): Promise<CallBody> => readAll(stream, headers["content-length"], maxBytes),
    stream: () => stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>,
    signal: isWatch ? AbortSignal.any([gone, options.closing]) : gone,
  };
}

function pairs(raw: readonly string[], prefix: string): [string, string][] {
  const found: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    if (name.startsWith(prefix)) found.push([name, raw[i + 1] as string]);
  }
  return found;
}

async function send(
  stream: ServerHttp2Stream,
  isHead: boolean,
  answer: Answer,
  gone: AbortSignal,
): Promise<void> {
  const { status, headers, body } = answer;
  if (stream.destroyed || stream.headersSent) return;
  if (body.type === "bytes") {
    stream.respond(
      { ":status": status, ...headers, "content-length": body.bytes.length },
      { endStream: isHead },
    );
    if (!isHead) stream.end(body.bytes);
    if (!stream.readableEnded) stream.resume();
    return;
  }
  if (body.type !== "stream") throw new Error("a socket was answered with plain data");
  stream.respond({ ":status": status, ...headers });
  await pour(body.chunks, stream, gone);
  stream.end();
}
