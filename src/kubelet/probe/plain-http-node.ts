/**
 * One GET over a connection of its own, for probes: a node asks ten pods every second at rest, and the whole HTTP client
 * takes five times as much for it. The answer's head says all that is asked; its body is read to its end, so that the
 * server is not cut off, and kept only of a redirect, which is told.
 */
import { Buffer } from "node:buffer";
import { connect } from "node:net";
import { maxProbeHeadBytes, maxProbeOutputBytes } from "../limits.ts";

export interface PlainAnswer {
  readonly status: number;
  readonly location: string | undefined;
  /** The beginning of a redirect's. */
  readonly body: string;
}

export type HeaderLines = readonly { readonly name: string; readonly value: string }[];

/** Rejects when there is no whole answer. */
export function plainGet(url: URL, headers: HeaderLines, signal: AbortSignal): Promise<PlainAnswer> {
  const request = requestText(url, headers);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || 80) });
    const reader = new AnswerReader();
    const end = (failure?: unknown): void => {
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      if (failure === undefined && reader.answer !== undefined)
        resolve({ ...reader.answer, body: reader.body });
      else reject(failure ?? new Error("EOF"));
    };
    const onAbort = (): void => end(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("error", end);
    socket.once("close", () => {
      const why = reader.answer === undefined ? "EOF" : "unexpected EOF";
      end(reader.endsHere ? undefined : new Error(why));
    });
    socket.on("data", (bytes: Buffer) => {
      try {
        reader.take(bytes);
      } catch (error) {
        return end(error);
      }
      if (reader.done) end();
    });
    socket.write(request);
  });
}

function requestText(url: URL, headers: HeaderLines): string {
  const hasHost = headers.some(({ name }) => name.toLowerCase() === "host");
  const lines = headers.map(({ name, value }) => {
    if (/[\r\n\0]/.test(name + value))
      throw new Error(`invalid header field value for ${JSON.stringify(name)}`);
    return `${name}: ${value}\r\n`;
  });
  const host = hasHost ? "" : `Host: ${url.host}\r\n`;
  return `GET ${url.pathname}${url.search} HTTP/1.1\r\n${host}${lines.join("")}Connection: close\r\n\r\n`;
}

/** Takes bytes as they come. */
class AnswerReader {
  answer: Omit<PlainAnswer, "body"> | undefined;
  #head: Buffer = Buffer.alloc(0);
  /** Undefined: as long as the connection lasts. */
  #bodyBytes: number | undefined;
  #bodySeen = 0;
  #body: Buffer = Buffer.alloc(0);
  #inChunks = false;

  get body(): string {
    const body = this.#inChunks ? withoutChunks(this.#body) : this.#body;
    return body.toString("utf8", 0, maxProbeOutputBytes);
  }

  /** All that matters is here. */
  get done(): boolean {
    const most = Math.min(this.#bodyBytes ?? Infinity, maxProbeOutputBytes);
    return this.answer !== undefined && this.#bodySeen >= most;
  }

  /** Whether the connection may end now. */
  get endsHere(): boolean {
    return this.answer !== undefined && (this.#bodyBytes === undefined || this.done);
  }

  take(bytes: Buffer): void {
    if (this.answer !== undefined) {
      this.#bodySeen += bytes.length;
      if (this.answer.location !== undefined) this.#body = Buffer.concat([this.#body, bytes]);
      return;
    }
    this.#head = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
    const end = /\r?\n\r?\n/.exec(this.#head.toString("latin1"));
    if (end === null) {
      if (this.#head.length > maxProbeHeadBytes) throw new Error("server response headers exceeded 64 KiB");
      return;
    }
    const rest = this.#head.subarray(end.index + end[0].length);
    const text = this.#head.toString("latin1", 0, end.index);
    this.#head = Buffer.alloc(0);
    this.#read(text);
    // After an interim answer comes the one that counts.
    if (rest.length > 0) this.take(rest);
  }

  #read(head: string): void {
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |\r?\n|$)/.exec(head)?.[1]);
    if (Number.isNaN(status)) throw new Error(`malformed HTTP response ${JSON.stringify(head.slice(0, 80))}`);
    if (status >= 100 && status < 200 && status !== 101) return;
    const field = (name: string): string | undefined =>
      new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*\\r?$`, "im").exec(head)?.[1];
    this.#inChunks = field("transfer-encoding") !== undefined;
    const length = this.#inChunks ? undefined : field("content-length");
    const isBare = status === 204 || status === 304 || status === 101;
    this.#bodyBytes = isBare ? 0 : length === undefined ? undefined : Number(length);
    this.answer = { status, location: field("location") };
  }
}

/** What is between the sizes of a body in chunks, as far as it is there. */
function withoutChunks(body: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const start = body.indexOf("\n", at) + 1;
    const size = start === 0 ? 0 : Number.parseInt(body.toString("latin1", at, start), 16);
    if (!(size > 0)) break;
    pieces.push(body.subarray(start, start + size));
    at = start + size + "\r\n".length;
  }
  return Buffer.concat(pieces);
}
