/**
 * WebSocket (RFC 6455) over a byte channel: messages in, messages out. Without extensions; fragments are put together,
 * pings answered, a close answered and passed on. Clients mask what they send, servers do not.
 */
import type { ByteChannel } from "./byte-channel.ts";
import { ByteReader } from "./byte-reader.ts";
import { StreamError } from "./errors.ts";
import { maxFrameBytes } from "./limits.ts";
import { sha1Base64 } from "./sha1.ts";

const keySuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** What a server answers to a client's `Sec-WebSocket-Key` (§4.2.2). */
export function acceptKey(key: string): string {
  return sha1Base64(`${key}${keySuffix}`);
}

const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

/** One message of a peer. */
export interface WebSocketMessage {
  readonly isText: boolean;
  readonly data: Buffer;
}

/** One end of an upgraded connection. */
export class WebSocket {
  readonly #channel: ByteChannel;
  readonly #mask: (() => Uint8Array) | undefined;
  #closing = false;

  /** `mask`: four random bytes for each frame of a client; absent for a server. */
  constructor(channel: ByteChannel, mask?: () => Uint8Array) {
    this.#channel = channel;
    this.#mask = mask;
  }

  /** For one reader; ends with the peer's close, throws `protocol` or `closed`. */
  async *messages(): AsyncGenerator<WebSocketMessage> {
    const reader = new ByteReader(this.#channel.input);
    let parts: Buffer[] = [];
    let isText = false;
    try {
      for (;;) {
        const frame = await readFrame(reader);
        if (frame === undefined) return;
        if (frame.opcode === opcode.close) {
          await this.#answerClose(frame.data);
          return;
        }
        if (frame.opcode === opcode.ping) await this.#send(opcode.pong, frame.data);
        if (frame.opcode >= opcode.close) continue;
        if ((frame.opcode === opcode.continuation) !== parts.length > 0) {
          throw new StreamError("protocol", "Cannot read a message: its fragments are out of order");
        }
        if (frame.opcode !== opcode.continuation) isText = frame.opcode === opcode.text;
        parts.push(frame.data);
        checkSize(parts.reduce((sum, part) => sum + part.length, 0));
        if (!frame.isFinal) continue;
        const data = parts.length === 1 ? frame.data : Buffer.concat(parts);
        parts = [];
        yield { isText, data };
      }
    } finally {
      await reader.leave();
    }
  }

  /** Sends one message; resolves when there is room for more. */
  async send(data: Uint8Array, isText = false): Promise<void> {
    if (this.#closing) throw new StreamError("closed", "Cannot send: the connection is closing");
    await this.#send(isText ? opcode.text : opcode.binary, data);
  }

  /** Says goodbye; the peer's answer ends `messages`. Idempotent. */
  async close(code = 1000): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const reason = Buffer.alloc(2);
    reason.writeUInt16BE(code);
    await this.#send(opcode.close, reason);
  }

  async #answerClose(data: Buffer): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      // A peer that has gone meanwhile needs no answer.
      await this.#send(opcode.close, data.subarray(0, 2)).catch(() => undefined);
    }
    this.#channel.end();
  }

  #send(code: number, data: Uint8Array): Promise<void> {
    return this.#channel.write(encodeFrame(code, data, this.#mask?.()));
  }
}

interface Frame {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly data: Buffer;
}

async function readFrame(reader: ByteReader): Promise<Frame | undefined> {
  const head = await reader.take(2);
  if (head === undefined) return undefined;
  const [first = 0, second = 0] = head;
  if ((first & 0x70) !== 0) throw new StreamError("protocol", "Cannot read a frame: it uses an extension");
  let size = second & 0x7f;
  if (size === 126) size = (await reader.need(2)).readUInt16BE();
  else if (size === 127) size = Number((await reader.need(8)).readBigUInt64BE());
  checkSize(size);
  const mask = (second & 0x80) === 0 ? undefined : await reader.need(4);
  const data = size === 0 ? Buffer.alloc(0) : await reader.need(size);
  const plain = mask === undefined ? data : masked(data, mask);
  return { opcode: first & 0x0f, isFinal: (first & 0x80) !== 0, data: plain };
}

function checkSize(size: number): void {
  if (size <= maxFrameBytes) return;
  throw new StreamError("protocol", `Cannot read a message: it has over ${maxFrameBytes} bytes`);
}

/** A whole message as one frame. */
function encodeFrame(code: number, data: Uint8Array, mask: Uint8Array | undefined): Buffer {
  const extended = data.length < 126 ? 0 : data.length < 65_536 ? 2 : 8;
  const head = Buffer.alloc(2 + extended + (mask === undefined ? 0 : 4));
  head[0] = 0x80 | code;
  head[1] = (mask === undefined ? 0 : 0x80) | (extended === 0 ? data.length : extended === 2 ? 126 : 127);
  if (extended === 2) head.writeUInt16BE(data.length, 2);
  if (extended === 8) head.writeBigUInt64BE(BigInt(data.length), 2);
  if (mask === undefined) return Buffer.concat([head, data]);
  head.set(mask, 2 + extended);
  return Buffer.concat([head, masked(data, mask)]);
}

function masked(data: Uint8Array, mask: Uint8Array): Buffer {
  const result = Buffer.allocUnsafe(data.length);
  for (let i = 0; i < data.length; i++) result[i] = (data[i] ?? 0) ^ (mask[i & 3] ?? 0);
  return result;
}
