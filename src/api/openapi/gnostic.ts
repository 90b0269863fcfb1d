/**
 * The protobuf form of OpenAPI documents, which client-go asks for: gnostic's messages, as parts that write one field
 * each. A map is a repeated message of a name and a value, a choice a message of one field, and free JSON (defaults,
 * extensions) a message with YAML text, of which JSON is a part. Fields that are not named are left out.
 */
import { stringifyJson } from "../codec/encode-json.ts";
import { ProtobufWriter } from "../codec/protobuf-writer.ts";

/** Writes a value as field `number`. The writer goes backwards, so what is last is written first. */
export type Part = (writer: ProtobufWriter, number: number, value: unknown) => void;

/** JSON name -> field number and form; `x-` stands for all extensions. */
export type Rows = Readonly<Record<string, readonly [number: number, part: Part]>>;

const EXTENSIONS = "x-";

export const text: Part = (writer, number, value) => {
  const mark = writer.mark();
  writer.string(String(value));
  writer.close(number, mark);
};

export const flag: Part = (writer, number, value) => {
  if (value !== true) return;
  writer.varint(1);
  writer.tag(number, 0);
};

export const integer: Part = (writer, number, value) => {
  writer.varint(Number(value));
  writer.tag(number, 0);
};

export const decimal: Part = (writer, number, value) => {
  writer.double(Number(value));
  writer.tag(number, 1);
};

/** JSON that has no message: `Any { string yaml = 2; }`. */
export const free: Part = (writer, number, value) => {
  const mark = writer.mark();
  text(writer, 2, `${stringifyJson(value)}\n`);
  writer.close(number, mark);
};

/** A repeated field. */
export function list(part: Part): Part {
  return (writer, number, value) => {
    for (const item of (value as readonly unknown[]).toReversed()) part(writer, number, item);
  };
}

/** A message with one field: a case of a choice, or the box around a list. */
export function within(inner: number, part: Part): Part {
  return (writer, number, value) => {
    const mark = writer.mark();
    part(writer, inner, value);
    writer.close(number, mark);
  };
}

/** An object with free keys, as a message whose field `inner` is repeated. */
export function entries(part: Part, inner = 1): Part {
  return within(inner, (writer, number, value) => {
    for (const [name, item] of Object.entries(value as object).reverse())
      named(writer, number, name, item, part);
  });
}

/** A message that was encoded before, and stands in the place of its value. */
export class Encoded {
  readonly bytes: Uint8Array;

  constructor(part: Part, value: unknown) {
    this.bytes = encodeDocument(part, value);
  }
}

/** An object with known keys. A function, since messages refer to each other. */
export function message(rows: () => Rows): Part {
  let descending: readonly (readonly [string, number, Part])[] | undefined;
  return (writer, number, value) => {
    descending ??= Object.entries(rows())
      .map(([key, [at, part]]) => [key, at, part] as const)
      .sort(([, a], [, b]) => b - a);
    const mark = writer.mark();
    if (value instanceof Encoded) {
      writer.bytes(value.bytes);
      writer.close(number, mark);
      return;
    }
    const object = value as Readonly<Record<string, unknown>>;
    for (const [key, at, part] of descending) {
      if (key === EXTENSIONS) extensions(writer, at, object);
      else if (Object.hasOwn(object, key)) part(writer, at, object[key]);
    }
    if (number === ROOT) return;
    writer.close(number, mark);
  };
}

/** No field of any message. */
const ROOT = 0;

/** The bytes of a whole document. */
export function encodeDocument(document: Part, value: unknown): Uint8Array {
  const writer = new ProtobufWriter();
  document(writer, ROOT, value);
  return writer.finish();
}

function extensions(writer: ProtobufWriter, number: number, object: Readonly<Record<string, unknown>>): void {
  for (const key of Object.keys(object).reverse())
    if (key.startsWith(EXTENSIONS)) named(writer, number, key, object[key], free);
}

function named(writer: ProtobufWriter, number: number, name: string, value: unknown, part: Part): void {
  const mark = writer.mark();
  part(writer, 2, value);
  text(writer, 1, name);
  writer.close(number, mark);
}
