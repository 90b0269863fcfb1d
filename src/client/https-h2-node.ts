/** Calls as streams of one HTTP/2 connection; see `https-transport-node.ts`. */
import http2 from "node:http2";
import type { TLSSocket } from "node:tls";
import { ClientError } from "./errors.ts";
import type { Channel, Incoming, WireRequest } from "./https-transport-node.ts";

/** Window of the connection and its streams: 16 MB keeps LISTs from stalling on updates of it. */
const WINDOW_BYTES = 16 * 1024 * 1024;

/** A silent connection is asked after three laps, and given up when it has not answered 15 s later, as client-go's. */
const LAP_MS = 10_000;
const SILENT_LAPS = 3;
const ANSWER_WITHIN_MS = 15_000;

export class H2Channel implements Channel {
  readonly #session: http2.ClientHttp2Session;
  readonly #socket: TLSSocket;
  #asked: NodeJS.Timeout | undefined;

  /**
   * Silence is measured here: the session's own time begins anew with all that is sent, and never ends when the session has
   * missed the end of its socket, as it does when a reset meets a write under way.
   */
  constructor(session: http2.ClientHttp2Session, socket: TLSSocket) {
    this.#session = session;
    this.#socket = socket;
    let [heard, laps] = [0, 0];
    const watch = setInterval(() => {
      laps = socket.bytesRead === heard ? laps + 1 : 0;
      heard = socket.bytesRead;
      if (laps >= SILENT_LAPS) this.#ping();
    }, LAP_MS).unref();
    session.once("close", () => {
      clearInterval(watch);
      clearTimeout(this.#asked);
    });
    session.once("connect", () => {
      if (!session.destroyed) session.setLocalWindowSize(WINDOW_BYTES);
    });
    session.settings({ initialWindowSize: WINDOW_BYTES, enablePush: false });
    // Each stream reports the loss to its own caller.
    session.on("error", () => session.destroy());
    session.on("goaway", () => session.close());
  }

  get usable(): boolean {
    return !this.#session.closed && !this.#session.destroyed;
  }

  send(request: WireRequest, signal: AbortSignal): Promise<Incoming> {
    const { promise, resolve, reject } = Promise.withResolvers<Incoming>();
    let stream: http2.ClientHttp2Stream;
    try {
      const end = request.body === undefined;
      stream = this.#session.request(
        { ":method": request.method, ":path": request.path, ...request.headers },
        { endStream: end },
      );
    } catch (cause) {
      return Promise.reject(
        new ClientError("not-sent", `Cannot ${request.method} ${request.path}`, { cause }),
      );
    }
    if (request.body !== undefined) stream.end(request.body);
    const abort = () => {
      reject(signal.reason);
      stream.close(http2.constants.NGHTTP2_CANCEL);
      // On a link that takes nothing any more the stream would wait for ever to say goodbye; and is it such a link?
      setImmediate(() => stream.destroy());
      this.#ping();
    };
    signal.addEventListener("abort", abort, { once: true });
    stream.once("close", () => {
      signal.removeEventListener("abort", abort);
      reject(unreachable(request, undefined));
    });
    stream.on("error", (cause) => reject(lost(request, cause)));
    stream.once("response", (headers) => {
      resolve({
        status: Number(headers[":status"]),
        headers: plainHeaders(headers),
        body: bodyOf(stream, request, signal),
      });
    });
    return promise;
  }

  /** The socket too: a session that is writing, or was told to go, leaves it open until its peer has done its part. */
  close(): void {
    this.#session.destroy();
    this.#socket.destroy();
  }

  /** Who does not answer in time is not there. */
  #ping(): void {
    const session = this.#session;
    if (this.#asked !== undefined || session.destroyed) return;
    const answered = (): void => {
      clearTimeout(this.#asked);
      this.#asked = undefined;
    };
    this.#asked = setTimeout(() => this.close(), ANSWER_WITHIN_MS).unref();
    if (!session.ping(answered)) answered();
  }
}

async function* bodyOf(
  stream: http2.ClientHttp2Stream,
  request: WireRequest,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  let ended = false;
  try {
    for await (const chunk of stream) yield chunk as Buffer;
    ended = stream.readableEnded && stream.rstCode === http2.constants.NGHTTP2_NO_ERROR;
  } catch (cause) {
    signal.throwIfAborted();
    throw unreachable(request, cause);
  } finally {
    if (!ended) stream.close(http2.constants.NGHTTP2_CANCEL);
  }
  signal.throwIfAborted();
  if (!ended) throw unreachable(request, undefined);
}

/** A stream that the server refused before acting (RFC 9113, 8.7) may be sent again. */
function lost(request: WireRequest, cause: unknown): ClientError {
  const text = cause instanceof Error ? cause.message : "";
  if (!text.includes("NGHTTP2_REFUSED_STREAM")) return unreachable(request, cause);
  return new ClientError("not-sent", `Cannot ${request.method} ${request.path}`, { cause });
}

function unreachable(request: WireRequest, cause: unknown): ClientError {
  const message = `Cannot ${request.method} ${request.path}: the connection broke`;
  return new ClientError("unreachable", message, cause === undefined ? undefined : { cause });
}

function plainHeaders(headers: http2.IncomingHttpHeaders): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(":") && value !== undefined)
      plain[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return plain;
}
