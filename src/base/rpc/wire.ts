/**
 * Protobuf for the messages of gRPC services that we call (etcd, CRI), by table. Unknown fields are skipped;
 * absent fields decode to their zero value. `int` is an int64 that is given within 2^53 and comes back as it is
 * while not negative; `big` keeps all 64 bits; `map` is a `map<string, string>`.
 */
import { Buffer } from "node:buffer";
import { RpcError } from "./rpc-error.ts";

interface Scalars {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly int: number;
  readonly big: bigint;
  readonly bool: boolean;
  readonly map: Readonly<Record<string, string>>;
}

/** `[number, type]`, or `[number, type, "many"]` for a repeated field. */
export type Field =
  | readonly [number: number, type: keyof Scalars | Message]
  | readonly [number: number, type: keyof Scalars | Message, many: "many"];

/** Fields by name. */
export interface Fields {
  readonly [name: string]: Field;
}

/** A table made ready for decoding by `message`. */
export interface Message<F extends Fields = Fields> {
  readonly fields: F;
  readonly names: readonly string[];
  readonly byNumber: ReadonlyMap<number, readonly [name: string, type: Field[1], many: boolean]>;
}

/** Makes a table ready. */
export function message<const F extends Fields>(fields: F): Message<F> {
  const names = Object.keys(fields);
  const rows = Object.entries(fields).map(([name, field]) => {
    return [field[0], [name, field[1], field[2] === "many"]] as const;
  });
  return { fields, names, byNumber: new Map(rows) };
}

type FieldValue<T> = T extends keyof Scalars
  ? Scalars[T]
  : T extends Message<infer F>
    ? Decoded<Message<F>>
    : never;

/** What decoding gives: a message field may be absent, everything else has its zero value. */
export type Decoded<M extends Message> = {
  readonly [K in keyof M["fields"]]: M["fields"][K] extends readonly [number, infer T, "many"]
    ? readonly FieldValue<T>[]
    : M["fields"][K] extends readonly [number, infer T]
      ? T extends keyof Scalars
        ? Scalars[T]
        : FieldValue<T> | undefined
      : never;
};

type GivenValue<T> = T extends keyof Scalars
  ? Scalars[T]
  : T extends Message<infer F>
    ? Given<Message<F>>
    : never;

/** What encoding takes: any field may be left out. */
export type Given<M extends Message> = {
  readonly [K in keyof M["fields"]]?: M["fields"][K] extends readonly [number, infer T, "many"]
    ? readonly GivenValue<T>[]
    : M["fields"][K] extends readonly [number, infer T]
      ? GivenValue<T> | undefined
      : never;
};

const varintType = 0;
const fixed64Type = 1;
const bytesType = 2;
const fixed32Type = 5;

/** The bytes of `value`, fields in the table's order. */
export function encode<M extends Message>(type: M, value: Given<M>): Buffer {
  const parts: Uint8Array[] = [];
  encodeInto(parts, type, value as Readonly<Record<string, unknown>>);
  return Buffer.concat(parts);
}

function encodeInto(parts: Uint8Array[], type: Message, value: Readonly<Record<string, unknown>>): void {
  for (const [name, field] of Object.entries(type.fields)) {
    const given = value[name];
    if (given === undefined) continue;
    const items = field[2] === "many" ? (given as readonly unknown[]) : [given];
    for (const item of items) encodeField(parts, field[0], field[1], item);
  }
}

/** An entry is a message of key and value. */
const mapEntry = message({ key: [1, "text"], value: [2, "text"] });

function encodeMap(parts: Uint8Array[], number: number, map: Scalars["map"]): void {
  for (const [key, value] of Object.entries(map)) encodeField(parts, number, mapEntry, { key, value });
}

function encodeField(parts: Uint8Array[], number: number, type: Field[1], value: unknown): void {
  if (isNumber(type)) {
    parts.push(varint((number << 3) | varintType), varint(value as number | bigint | boolean));
    return;
  }
  if (type === "map") return encodeMap(parts, number, value as Scalars["map"]);
  const bytes =
    type === "bytes"
      ? (value as Uint8Array)
      : type === "text"
        ? Buffer.from(value as string, "utf8")
        : encode(type, value as Given<Message>);
  parts.push(varint((number << 3) | bytesType), varint(bytes.length), bytes);
}

function varint(value: number | bigint | boolean): Uint8Array {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  while (left > 0x7fn) {
    bytes.push(Number(left & 0x7fn) | 0x80);
    left >>= 7n;
  }
  bytes.push(Number(left));
  return Uint8Array.from(bytes);
}

/** Throws `RpcError` when the bytes end early. */
export function decode<M extends Message>(type: M, bytes: Uint8Array): Decoded<M> {
  return decodeFields(type, new WireReader(bytes)) as Decoded<M>;
}

function zeroValue({ fields, names }: Message): Record<string, unknown> {
  const zero: Record<string, unknown> = {};
  for (const name of names) {
    const field = fields[name] as Field;
    zero[name] = field[2] === "many" ? [] : zeroOf(field[1]);
  }
  return zero;
}

function zeroOf(type: Field[1]): unknown {
  switch (type) {
    case "bytes":
      return new Uint8Array(0);
    case "text":
      return "";
    case "int":
      return 0;
    case "big":
      return 0n;
    case "bool":
      return false;
    case "map":
      return Object.create(null);
    default:
      return undefined;
  }
}

function decodeFields(message: Message, reader: WireReader): Record<string, unknown> {
  const result = zeroValue(message);
  while (!reader.done) {
    const tag = reader.int();
    const field = message.byNumber.get(tag >>> 3);
    if (field === undefined) {
      reader.skip(tag & 7);
      continue;
    }
    const [name, type, many] = field;
    if (type === "map") {
      const { key, value } = decode(mapEntry, reader.bytes());
      (result[name] as Record<string, string>)[key] = value;
      continue;
    }
    const values = result[name] as unknown[];
    if (!many) result[name] = decodeValue(type, reader);
    else if ((tag & 7) !== bytesType || !isNumber(type)) values.push(decodeValue(type, reader));
    else {
      // Most writers put the numbers of a repeated field together.
      const packed = new WireReader(reader.bytes());
      while (!packed.done) values.push(decodeValue(type, packed));
    }
  }
  return result;
}

function isNumber(type: Field[1]): type is "int" | "big" | "bool" {
  return type === "int" || type === "big" || type === "bool";
}

function decodeValue(type: Exclude<Field[1], "map">, reader: WireReader): unknown {
  switch (type) {
    case "int":
      return reader.int();
    case "big":
      return BigInt.asIntN(64, reader.big());
    case "bool":
      return reader.int() !== 0;
    case "bytes":
      return Uint8Array.from(reader.bytes());
    case "text":
      return Buffer.from(reader.bytes()).toString("utf8");
    default:
      return decodeFields(type, new WireReader(reader.bytes()));
  }
}

class WireReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  int(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  big(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  bytes(): Uint8Array {
    const size = this.int();
    if (this.#at + size > this.#bytes.length) throw cutShort();
    const bytes = this.#bytes.subarray(this.#at, this.#at + size);
    this.#at += size;
    return bytes;
  }

  skip(wireType: number): void {
    if (wireType === varintType) this.big();
    else if (wireType === bytesType) this.bytes();
    else if (wireType === fixed64Type) this.#at += 8;
    else if (wireType === fixed32Type) this.#at += 4;
    else throw new RpcError("internal", `Unknown wire type ${wireType} in a message`);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw cutShort();
    this.#at += 1;
    return byte;
  }
}

function cutShort(): RpcError {
  return new RpcError("internal", "A message is cut short");
}
