/**
 * The protobuf frames of a watch: four bytes of length (big endian), then a meta/v1 WatchEvent without envelope, whose
 * object is a whole enveloped object.
 */
import { MAX_FRAME_BYTES } from "./limits.ts";
import { malformed, ProtobufReader } from "./protobuf-reader.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";

/** One event of a watch; the object stays encoded. */
export interface WatchFrame {
  /** `ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK` or `ERROR`. */
  readonly type: string;
  /** The object in its envelope. */
  readonly object: Uint8Array;
}

/** The frame with its length, ready for the stream. */
export function encodeWatchFrame(frame: WatchFrame): Uint8Array {
  const writer = new ProtobufWriter();
  const object = writer.mark();
  const raw = writer.mark();
  writer.bytes(frame.object);
  writer.close(1, raw);
  writer.close(2, object);
  const type = writer.mark();
  writer.string(frame.type);
  writer.close(1, type);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(writer.mark());
  writer.bytes(length);
  return writer.finish();
}

/** Cuts a stream of bytes into frames. Feed it chunks; it keeps an incomplete frame for the next one. */
export class WatchFrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The frames that `chunk` completes. Throws `DecodeError` `syntax`. */
  push(chunk: Uint8Array): readonly WatchFrame[] {
    const data = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    const frames: WatchFrame[] = [];
    let at = 0;
    while (data.length - at >= 4) {
      const size = data.readUInt32BE(at);
      if (size > MAX_FRAME_BYTES) throw malformed(`a watch frame of ${size} bytes`);
      if (data.length - at - 4 < size) break;
      frames.push(decodeWatchEvent(data.subarray(at + 4, at + 4 + size)));
      at += 4 + size;
    }
    this.#rest = data.subarray(at);
    return frames;
  }
}

function decodeWatchEvent(data: Uint8Array): WatchFrame {
  const reader = new ProtobufReader(data);
  let type = "";
  let object: Uint8Array = new Uint8Array();
  while (!reader.done) {
    const tag = reader.tag();
    if (tag === 8 + 2) type = reader.string();
    else if (tag === 16 + 2) {
      reader.within(() => {
        while (!reader.done) {
          const inner = reader.tag();
          if (inner === 8 + 2) object = reader.bytes();
          else reader.skipValue(inner % 8);
        }
      });
    } else reader.skipValue(tag % 8);
  }
  return { type, object };
}
