/** HTTP/2 sessions by their `stream` events: no request and response objects on the hot path. */
import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { Answer, Call, CallBody, PeerCertificate } from "../call.ts";
import { Caller, headerPairs, isWatch, type Watchers } from "./caller-node.ts";
import { gzipped } from "./gzip-node.ts";
import { pour, released } from "./pour-node.ts";
import { readAll } from "./read-body-node.ts";

/** What the streams of one connection share. */
export interface Http2Options {
  readonly handle: (call: Call) => Promise<Answer>;
  /** Those who watch; kept by the server. */
  readonly watching: Watchers;
  readonly certificate: PeerCertificate | "untrusted" | undefined;
  readonly remoteAddress: string;
}

/** Answers every stream of a session. */
export function serveHttp2(session: ServerHttp2Session, options: Http2Options): void {
  session.on(
    "stream",
    (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, raw: readonly string[]) => {
      const caller = new Caller();
      stream.on("close", caller.leave);
      stream.on("error", caller.leave);
      if (isWatch(headers[":path"] ?? "/")) {
        options.watching.add(caller);
        stream.on("close", () => options.watching.delete(caller));
      }
      // An answer may last for hours, and holds nothing of the request.
      void answered(options, new Http2Call(options, stream, headers, raw, caller), headers)
        .then((answer) => send(stream, answer, caller))
        // The client went away, or the answer broke half way: only a reset says so.
        .catch(() => stream.destroy());
    },
  );
}

/** An answer as it is sent. */
interface Reply {
  readonly answer: Answer;
  readonly isHead: boolean;
  readonly isLast: boolean;
}

async function answered(options: Http2Options, call: Call, headers: IncomingHttpHeaders): Promise<Reply> {
  const answer = await options.handle(call);
  const isHead = headers[":method"] === "HEAD";
  const encoded = isHead ? answer : gzipped(answer, headers["accept-encoding"]);
  return { answer: encoded, isHead, isLast: answer.isLast === true };
}

class Http2Call implements Call {
  readonly method: string;
  readonly target: string;
  readonly remoteAddress: string;
  readonly certificate?: PeerCertificate | "untrusted";
  readonly #stream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;
  readonly #raw: readonly string[];
  readonly #caller: Caller;

  constructor(
    { certificate, remoteAddress }: Http2Options,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    raw: readonly string[],
    caller: Caller,
  ) {
    this.method = headers[":method"] ?? "GET";
    this.target = headers[":path"] ?? "/";
    this.remoteAddress = remoteAddress;
    if (certificate !== undefined) this.certificate = certificate;
    this.#stream = stream;
    this.#headers = headers;
    this.#raw = raw;
    this.#caller = caller;
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return typeof value === "string" ? value : value?.[0];
  }

  headers(prefix: string): readonly (readonly [name: string, value: string])[] {
    return headerPairs(this.#raw, prefix);
  }

  body(maxBytes: number): Promise<CallBody> {
    return readAll(this.#stream, this.#headers["content-length"], maxBytes);
  }

  stream(): AsyncIterable<Uint8Array> {
    return this.#stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  }

  get signal(): AbortSignal {
    return this.#caller.signal;
  }
}

async function send(
  stream: ServerHttp2Stream,
  { answer: { status, headers, body }, isHead, isLast }: Reply,
  caller: Caller,
): Promise<void> {
  if (isLast) stream.session?.close();
  if (stream.destroyed || stream.headersSent) return;
  if (body.type === "bytes") {
    stream.respond(
      { ":status": status, ...headers, "content-length": body.bytes.length },
      { endStream: isHead },
    );
    if (!isHead) stream.end(body.bytes, body.release && released(body.bytes, body.release));
    // What is left of a request's body; without one there is nothing to read, and reading would end the stream too soon.
    if (!stream.endAfterHeaders && !stream.readableEnded) stream.resume();
    return;
  }
  if (body.type !== "stream") throw new Error("a socket was answered with plain data");
  stream.respond({ ":status": status, ...headers });
  await pour(body, stream, caller);
  stream.end();
}
