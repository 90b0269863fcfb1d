/**
 * Kubernetes' protobuf: an object in its envelope (the bytes `k8s\0`, then a runtime.Unknown that names the kind and holds
 * the message), and the frames of a watch.
 *
 *   "k8s\0"  1: {1: apiVersion, 2: kind}  2: message  3: contentEncoding ""  4: contentType ""
 */
import type { Type } from "../schema/mod.ts";
import { canonical } from "./decode.ts";
import { DecodeError } from "./errors.ts";
import { readMessage } from "./protobuf-decoder.ts";
import { contentWriter } from "./protobuf-encoder.ts";
import { malformed, ProtobufReader } from "./protobuf-reader.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";

const MAGIC = Buffer.from("k8s\0");
/** Where messages are put together, one after the other: nothing that writes a message begins another. */
const scratch = new ProtobufWriter();

/** The envelope and what is in it; `raw` is the message, a view. */
export interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Uint8Array;
}

/** The object in its envelope. `object` need not be canonical. */
export function encodeProtobuf<T>(type: Type<T>, object: T): Uint8Array {
  const { apiVersion, kind } = names(type);
  return encodeEnvelope({ apiVersion, kind, raw: encodeMessage(type, object) });
}

/** The message alone, as gRPC and nested messages carry it. */
export function encodeMessage<T>(type: Type<T>, object: T): Uint8Array {
  scratch.reset();
  contentWriter(type)(scratch, object);
  return scratch.finish();
}

/**
 * Reads an object in its envelope to the canonical object. Throws `DecodeError`: `syntax`, `depth`, or `kind` when the
 * envelope names another kind.
 */
export function decodeProtobuf<T>(type: Type<T>, data: Uint8Array): T {
  const envelope = decodeEnvelope(data);
  const { apiVersion, kind } = names(type);
  const isNamed = envelope.apiVersion !== "" || envelope.kind !== "";
  if (isNamed && (envelope.apiVersion !== apiVersion || envelope.kind !== kind)) {
    const found = `${envelope.kind} of ${envelope.apiVersion}`;
    throw new DecodeError("kind", `Cannot decode ${kind} of ${apiVersion}: the data is ${found}`);
  }
  return decodeMessage(type, envelope.raw);
}

/** Reads a message without envelope to the canonical object. */
export function decodeMessage<T>(type: Type<T>, raw: Uint8Array): T {
  return canonical(type, readMessage(new ProtobufReader(raw), type, {}));
}

export function isProtobuf(data: Uint8Array): boolean {
  return data.length >= MAGIC.length && MAGIC.equals(data.subarray(0, MAGIC.length));
}

export function encodeEnvelope(envelope: Envelope): Uint8Array {
  const writer = new ProtobufWriter();
  writer.close(4, writer.mark());
  writer.close(3, writer.mark());
  const message = writer.mark();
  writer.bytes(envelope.raw);
  writer.close(2, message);
  const meta = writer.mark();
  for (const [number, text] of [[2, envelope.kind] as const, [1, envelope.apiVersion] as const]) {
    const mark = writer.mark();
    writer.string(text);
    writer.close(number, mark);
  }
  writer.close(1, meta);
  writer.bytes(MAGIC);
  return writer.finish();
}

/** Opens an envelope without knowing the type. Throws `DecodeError` `syntax`. */
export function decodeEnvelope(data: Uint8Array): Envelope {
  if (!isProtobuf(data)) throw malformed("the prefix k8s\\0 is missing");
  const reader = new ProtobufReader(data.subarray(MAGIC.length));
  let apiVersion = "";
  let kind = "";
  let raw: Uint8Array = new Uint8Array();
  while (!reader.done) {
    const tag = reader.tag();
    if (tag === 8 + 2) {
      reader.within(() => {
        while (!reader.done) {
          const inner = reader.tag();
          if (inner === 8 + 2) apiVersion = reader.string();
          else if (inner === 16 + 2) kind = reader.string();
          else reader.skipValue(inner % 8);
        }
      });
    } else if (tag === 16 + 2) raw = reader.bytes();
    else if (tag === 24 + 2) {
      const encoding = reader.string();
      if (encoding !== "") throw malformed(`content encoding ${JSON.stringify(encoding)}`);
    } else reader.skipValue(tag % 8);
  }
  return { apiVersion, kind, raw };
}

function names(type: Type): { apiVersion: string; kind: string } {
  if (type.gvk === undefined) return { apiVersion: "", kind: "" };
  const { group, version, kind } = type.gvk;
  return { apiVersion: group === "" ? version : `${group}/${version}`, kind };
}
