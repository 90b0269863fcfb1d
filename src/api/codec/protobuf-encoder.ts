/**
 * Writing objects as protobuf by their tables: each type is compiled on first use to one function that writes its fields
 * from the last to the first (see `ProtobufWriter`).
 */
import type { Field, Inline, ListOf, MapOf, Schema, Type, Union } from "../schema/mod.ts";
import { isMessageOnWire, scalarCodecs } from "./protobuf-scalars.ts";
import type { ProtobufWriter } from "./protobuf-writer.ts";

type Write = (writer: ProtobufWriter, value: unknown) => void;
type Data = Readonly<Record<string, unknown>>;

const writers = new WeakMap<Schema, Write>();

/** Writes the content of a message, list item or scalar, without tag and length. */
export function contentWriter(schema: Schema): Write {
  if (schema.form === "scalar") return scalarCodecs[schema.name].write;
  const known = writers.get(schema);
  if (known !== undefined) return known;
  const write = compile(schema);
  writers.set(schema, write);
  return write;
}

function compile(schema: Schema): Write {
  switch (schema.form) {
    case "message":
      return compileMessage(schema);
    case "union":
      return compileUnion(schema);
    case "list":
      return compileRepeated(1, schema);
    case "map":
      return compileEntries(1, schema);
    case "scalar":
      return scalarCodecs[schema.name].write;
  }
}

function compileMessage(type: Type): Write {
  const own = [...type.fields.values()].filter((field) => field.inline === undefined && field.number > 0);
  const parts = [
    ...own.map((field) => ({ number: field.number, write: compileField(field) })),
    ...type.inlines.map((inline) => ({ number: inline.number, write: compileInline(inline) })),
  ];
  const steps = parts.sort((a, b) => b.number - a.number).map((part) => part.write);
  return (writer, value) => {
    for (const step of steps) step(writer, value);
  };
}

/** An inline message holds its fields flat in the same object, and is always written. */
function compileInline({ number, type }: Inline): Write {
  const write = contentWriter(type);
  return (writer, value) => {
    const mark = writer.mark();
    write(writer, value);
    writer.close(number, mark);
  };
}

function compileField(field: Field): Write {
  const { name } = field;
  const absent = isWrittenWhenAbsent(field) ? zeroOf(field.of) : undefined;
  const isInherited = name in Object.prototype;
  let write: Write | undefined;
  return (writer, object) => {
    const data = object as Data;
    const found = isInherited && !Object.hasOwn(data, name) ? undefined : data[name];
    const value = found ?? absent;
    if (value === undefined) return;
    write ??= compileValue(field.number, field.of);
    write(writer, value);
  };
}

/** Pointers, lists, maps and bytes are left out when absent; everything else is a Go value and always written. */
function isWrittenWhenAbsent(field: Field): boolean {
  const { of, presence } = field;
  if (of.form === "list") return of.boxed && presence !== "optional" && presence !== "nullable";
  if (of.form === "map" || of.form === "union") return false;
  if (presence === "optional") return false;
  if (presence === "nullable") return of.form === "scalar" && isMessageOnWire(of.name);
  return of.form !== "scalar" || of.name !== "bytes";
}

function zeroOf(schema: Schema): unknown {
  if (schema.form === "message") return {};
  if (schema.form === "list") return [];
  if (schema.form !== "scalar") return null;
  if (schema.name === "string") return "";
  if (schema.name === "quantity") return "0";
  if (schema.name === "duration") return "0s";
  return isMessageOnWire(schema.name) ? null : 0;
}

/** Writes a value with its tag and length. */
function compileValue(number: number, schema: Schema): Write {
  if (schema.form === "list" && !schema.boxed) return compileRepeated(number, schema);
  if (schema.form === "map") return compileEntries(number, schema);
  if (schema.form === "scalar" && scalarCodecs[schema.name].wire !== 2) {
    const { wire, write } = scalarCodecs[schema.name];
    return (writer, value) => {
      write(writer, value);
      writer.tag(number, wire);
    };
  }
  const write = contentWriter(schema);
  return (writer, value) => {
    const mark = writer.mark();
    write(writer, value);
    writer.close(number, mark);
  };
}

function compileRepeated(number: number, list: ListOf): Write {
  const write = compileValue(number, list.items);
  const zero = zeroOf(list.items);
  return (writer, value) => {
    const items = value as readonly unknown[];
    for (let i = items.length - 1; i >= 0; i--) write(writer, items[i] ?? zero);
  };
}

/** A map is a list of messages of key and value, in the order of the keys. */
function compileEntries(number: number, map: MapOf): Write {
  const write = compileValue(2, map.values);
  const zero = zeroOf(map.values);
  return (writer, value) => {
    const data = value as Data;
    for (const key of Object.keys(data).sort().reverse()) {
      const entry = writer.mark();
      write(writer, data[key] ?? zero);
      const mark = writer.mark();
      writer.string(key);
      writer.close(1, mark);
      writer.close(number, entry);
    }
  };
}

/** The case of the value; a boolean case is a Go value: always written, and true beside another case. */
function compileUnion(union: Union): Write {
  const cases = union.cases.map((one) => ({ ...one, write: compileCase(one.number, () => one.of) }));
  const lastFirst = cases.sort((a, b) => b.number - a.number);
  return (writer, value) => {
    const form = Array.isArray(value) ? "array" : typeof value;
    for (const one of lastFirst) {
      if (one.json === form) one.write(writer, value);
      else if (one.json === "boolean") one.write(writer, true);
    }
  };
}

function compileCase(number: number, of: () => Schema): Write {
  let write: Write | undefined;
  return (writer, value) => {
    write ??= compileValue(number, of());
    write(writer, value);
  };
}
