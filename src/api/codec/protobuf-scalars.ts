/**
 * The protobuf forms of scalars. Those that are text in JSON but messages on the wire (Quantity, Time, RawExtension ...)
 * read and write their small message here.
 */
import type { ScalarName } from "../schema/mod.ts";
import {
  formatDuration,
  formatMicroTime,
  formatTime,
  parseDuration,
  parseInstant,
  ZERO_SECONDS,
} from "../time.ts";
import { knownText } from "../managed-fields/interned-sets.ts";
import { stringifyJson } from "./encode-json.ts";
import { parseJson } from "./json-parser.ts";
import { malformed, type ProtobufReader } from "./protobuf-reader.ts";
import type { ProtobufWriter } from "./protobuf-writer.ts";

/** `write` writes the value without tag and length; `read` finds the reader behind the tag. */
export interface ScalarCodec {
  readonly wire: 0 | 1 | 2;
  write(writer: ProtobufWriter, value: unknown): void;
  read(reader: ProtobufReader): unknown;
}

/** A message on the wire, which upstream writes also when it is empty. */
export function isMessageOnWire(name: ScalarName): boolean {
  return name === "time" || name === "microTime" || name === "rawExtension";
}

const text: ScalarCodec = {
  wire: 2,
  write: (writer, value) => writer.string(value as string),
  read: (reader) => reader.string(),
};

const integer = {
  wire: 0,
  write: (writer: ProtobufWriter, value: unknown) => writer.varint((value ?? 0) as number | bigint),
} as const;

/** A message whose field 1 is JSON text. */
const raw: ScalarCodec = {
  wire: 2,
  write: (writer, value) => {
    if (value === null || value === undefined) return;
    const mark = writer.mark();
    writer.string(stringifyJson(value));
    writer.close(1, mark);
  },
  read: (reader) =>
    readFields(reader, (number) => (number === 1 ? reader.bytes() : undefined), rawValue)[0] ?? null,
};

/** Sets of stored objects are interned with their text. */
function writeFieldSet(writer: ProtobufWriter, value: unknown): void {
  const known = typeof value === "object" && value !== null ? knownText(value) : undefined;
  if (known === undefined) return raw.write(writer, value);
  const mark = writer.mark();
  writer.string(known);
  writer.close(1, mark);
}

function rawValue(value: unknown): unknown {
  const bytes = value as Buffer;
  return bytes.length === 0 ? null : parseJson(bytes);
}

function instant(format: typeof formatTime, keepsNanos: boolean): ScalarCodec {
  return {
    wire: 2,
    write: (writer, value) => {
      const moment = typeof value === "string" ? parseInstant(value) : undefined;
      if (moment === undefined || moment.seconds === ZERO_SECONDS) return;
      writer.varint(keepsNanos ? moment.nanos - (moment.nanos % 1000) : 0);
      writer.tag(2, 0);
      writer.varint(moment.seconds);
      writer.tag(1, 0);
    },
    read: (reader) => {
      const fields = readFields(reader, (number) => (number <= 2 ? reader.int64() : undefined));
      if (fields.length === 0) return null;
      const [seconds = 0, nanos = 0] = fields.map(Number);
      if (Math.abs(seconds) > 8.64e12) throw malformed("time is out of range");
      return format({ seconds, nanos });
    },
  };
}

export const scalarCodecs: Readonly<Record<ScalarName, ScalarCodec>> = {
  string: text,
  bool: {
    wire: 0,
    write: (writer, value) => writer.varint(value === true ? 1 : 0),
    read: (reader) => reader.varint() !== 0,
  },
  int32: { ...integer, read: (reader) => reader.int32() },
  int64: { ...integer, read: (reader) => reader.int64() },
  double: {
    wire: 1,
    write: (writer, value) => writer.double(value as number),
    read: (reader) => reader.double(),
  },
  bytes: {
    wire: 2,
    write: (writer, value) => writer.bytes(Buffer.from(value as string, "base64")),
    read: (reader) => reader.bytes().toString("base64"),
  },
  quantity: {
    wire: 2,
    write: (writer, value) => {
      const mark = writer.mark();
      writer.string(value as string);
      writer.close(1, mark);
    },
    read: (reader) => readFields(reader, (number) => (number === 1 ? reader.string() : undefined))[0] ?? "0",
  },
  intOrString: {
    wire: 2,
    write: (writer, value) => {
      const isText = typeof value === "string";
      const mark = writer.mark();
      writer.string(isText ? value : "");
      writer.close(3, mark);
      writer.varint(isText ? 0 : (value as number));
      writer.tag(2, 0);
      writer.varint(isText ? 1 : 0);
      writer.tag(1, 0);
    },
    read: (reader) => {
      const read = (number: number) => {
        if (number === 3) return reader.string();
        return number < 3 ? reader.int32() : undefined;
      };
      const [type = 0, number = 0, string = ""] = readFields(reader, read);
      return type === 1 ? string : number;
    },
  },
  time: instant(formatTime, false),
  microTime: instant(formatMicroTime, true),
  duration: {
    wire: 2,
    write: (writer, value) => {
      writer.varint(BigInt(Math.round((parseDuration(value as string) ?? 0) * 1e6)));
      writer.tag(1, 0);
    },
    read: (reader) => {
      const [nanos = 0] = readFields(reader, (number) => (number === 1 ? reader.int64() : undefined));
      return formatDuration(Number(nanos) / 1e6);
    },
  },
  rawExtension: raw,
  fieldsV1: { ...raw, write: writeFieldSet },
  json: raw,
  any: raw,
};

/** Reads the small message at the reader; item `n - 1` of the result is field `n`. `read` skips by undefined. */
function readFields(
  reader: ProtobufReader,
  read: (number: number) => unknown,
  finish: (value: unknown) => unknown = (value) => value,
): unknown[] {
  return reader.within(() => {
    const fields: unknown[] = [];
    while (!reader.done) {
      const tag = reader.tag();
      const number = Math.floor(tag / 8);
      const value = read(number);
      if (value === undefined) reader.skipValue(tag % 8);
      else fields[number - 1] = finish(value);
    }
    return fields;
  });
}
