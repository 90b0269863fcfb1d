/**
 * Frames of SPDY/3.1 as bytes (draft "SPDY Protocol 3.1", §2.2 and §2.6). Header blocks of one direction are one zlib
 * stream, so a codec belongs to one connection and sees its blocks in order. What is sent is stored, not deflated:
 * headers here are a few short words.
 */
import type { ByteReader } from "./byte-reader.ts";
import { StreamError } from "./errors.ts";
import { Inflater, storedBlock } from "./inflate.ts";
import { maxFrameBytes, maxHeaderBlockBytes } from "./limits.ts";
import { spdyDictionary } from "./spdy-dictionary.ts";

export type SpdyHeaders = Readonly<Record<string, string>>;

/** What a peer said. `fin`: its half of the stream ends with this frame. */
export type SpdyFrame =
  | { readonly type: "data"; readonly id: number; readonly fin: boolean; readonly data: Buffer }
  | { readonly type: "syn-stream"; readonly id: number; readonly fin: boolean; readonly headers: SpdyHeaders }
  | { readonly type: "syn-reply"; readonly id: number; readonly fin: boolean; readonly headers: SpdyHeaders }
  | { readonly type: "headers"; readonly id: number; readonly fin: boolean; readonly headers: SpdyHeaders }
  | { readonly type: "rst-stream"; readonly id: number; readonly status: number }
  | { readonly type: "window-update"; readonly id: number; readonly delta: number }
  /** The initial window, when it was among the settings. */
  | { readonly type: "settings"; readonly window: number | undefined }
  | { readonly type: "ping"; readonly id: number }
  | { readonly type: "goaway" }
  /** Of a type that nobody has to know. */
  | { readonly type: "other" };

const control = 0x8003;
const kinds = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  headers: 8,
  window: 9,
};
const finFlag = 1;
const initialWindowSetting = 7;

/** Both directions of one connection. */
export class SpdyCodec {
  readonly #inflater = new Inflater(spdyDictionary, maxHeaderBlockBytes);
  #hasWrittenHeaders = false;

  /** The next frame; undefined at the end. Throws `protocol`. */
  async read(reader: ByteReader): Promise<SpdyFrame | undefined> {
    const head = await reader.take(8);
    if (head === undefined) return undefined;
    const flags = head[4] ?? 0;
    const size = head.readUIntBE(5, 3);
    if (size > maxFrameBytes) throw new StreamError("protocol", `Cannot read a frame: it has ${size} bytes`);
    const body = size === 0 ? Buffer.alloc(0) : await reader.need(size);
    const fin = (flags & finFlag) !== 0;
    if (((head[0] ?? 0) & 0x80) === 0) {
      return { type: "data", id: head.readUInt32BE(), fin, data: body };
    }
    if (head.readUInt16BE() !== control) {
      throw new StreamError("protocol", "Cannot read a frame: it is not of SPDY version 3");
    }
    try {
      return this.#control(head.readUInt16BE(2), fin, body);
    } catch (cause) {
      if (cause instanceof RangeError)
        throw new StreamError("protocol", "Cannot read a frame: it is too short");
      throw cause;
    }
  }

  /** Opens a stream; `priority` 0 is the highest. */
  synStream(id: number, headers: SpdyHeaders): Buffer {
    const fields = Buffer.alloc(10);
    fields.writeUInt32BE(id);
    return frame(kinds.synStream, Buffer.concat([fields, this.#block(headers)]));
  }

  synReply(id: number, headers: SpdyHeaders): Buffer {
    return frame(kinds.synReply, Buffer.concat([words(id), this.#block(headers)]));
  }

  #control(kind: number, fin: boolean, body: Buffer): SpdyFrame {
    const id = kind === kinds.settings ? 0 : body.readUInt32BE() & 0x7fffffff;
    switch (kind) {
      case kinds.synStream:
        return { type: "syn-stream", id, fin, headers: this.#headers(body.subarray(10)) };
      case kinds.synReply:
        return { type: "syn-reply", id, fin, headers: this.#headers(body.subarray(4)) };
      case kinds.headers:
        return { type: "headers", id, fin, headers: this.#headers(body.subarray(4)) };
      case kinds.rstStream:
        return { type: "rst-stream", id, status: body.readUInt32BE(4) };
      case kinds.window:
        return { type: "window-update", id, delta: body.readUInt32BE(4) & 0x7fffffff };
      case kinds.settings:
        return { type: "settings", window: initialWindow(body) };
      case kinds.ping:
        return { type: "ping", id: body.readUInt32BE() };
      case kinds.goaway:
        return { type: "goaway" };
      default:
        return { type: "other" };
    }
  }

  #headers(block: Buffer): SpdyHeaders {
    const text = this.#inflater.inflate(block);
    let at = 0;
    const number = (): number => {
      at += 4;
      return text.readUInt32BE(at - 4);
    };
    const word = (): string => {
      const size = number();
      at += size;
      return text.toString("utf8", at - size, at);
    };
    const headers: [string, string][] = [];
    for (let left = number(); left > 0; left--) headers.push([word().toLowerCase(), word()]);
    return Object.fromEntries(headers);
  }

  #block(headers: SpdyHeaders): Buffer {
    const entries = Object.entries(headers);
    const text = Buffer.concat([words(entries.length), ...entries.flat().map(counted)]);
    const first = !this.#hasWrittenHeaders;
    this.#hasWrittenHeaders = true;
    return storedBlock(text, first);
  }
}

/** A piece of a stream. */
export function dataFrame(id: number, data: Uint8Array, fin: boolean): Buffer {
  const head = words(id, data.length);
  head[4] = fin ? finFlag : 0;
  return Buffer.concat([head, data]);
}

/** Ends a stream at once; `status` says why (§2.6.3). */
export function rstStream(id: number, status: number): Buffer {
  return frame(kinds.rstStream, words(id, status));
}

/** The peer may send `delta` bytes more. */
export function windowUpdate(id: number, delta: number): Buffer {
  return frame(kinds.window, words(id, delta));
}

/** Sent back as it came. */
export function ping(id: number): Buffer {
  return frame(kinds.ping, words(id));
}

/** No more streams are accepted; `lastId` was the last. */
export function goaway(lastId: number): Buffer {
  return frame(kinds.goaway, words(lastId, 0));
}

function frame(kind: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(control);
  head.writeUInt16BE(kind, 2);
  head.writeUIntBE(body.length, 5, 3);
  return Buffer.concat([head, body]);
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([words(bytes.length), bytes]);
}

function initialWindow(body: Buffer): number | undefined {
  for (let at = 4; at + 8 <= body.length; at += 8) {
    if (body.readUIntBE(at + 1, 3) === initialWindowSetting) return body.readUInt32BE(at + 4);
  }
  return undefined;
}
