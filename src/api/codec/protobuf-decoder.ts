/**
 * Reading protobuf by tables into plain data, which `canonical` then completes and orders. Fields are found by number; a
 * field that occurs twice takes the last value, a message that occurs twice is merged, as protobuf says.
 */
import type { Field, Schema, Type } from "../schema/mod.ts";
import { setKey } from "./json-document.ts";
import { malformed, type ProtobufReader } from "./protobuf-reader.ts";
import { scalarCodecs } from "./protobuf-scalars.ts";

type Data = Record<string, unknown>;
/** Reads the value behind a tag, and puts it into `data`. */
interface Step {
  readonly wire: number;
  read(reader: ProtobufReader, data: Data): void;
}

const messages = new WeakMap<Type, readonly (Step | undefined)[]>();

/** Reads the fields of `type` until the reader is done. */
export function readMessage(reader: ProtobufReader, type: Type, data: Data): Data {
  let steps = messages.get(type);
  if (steps === undefined) {
    steps = compile(type);
    messages.set(type, steps);
  }
  while (!reader.done) {
    const tag = reader.tag();
    const step = steps[Math.floor(tag / 8)];
    if (step === undefined) reader.skipValue(tag % 8);
    else if (step.wire === tag % 8) step.read(reader, data);
    else throw malformed(`wire type ${tag % 8} for field ${Math.floor(tag / 8)} of ${type.name}`);
  }
  return data;
}

function compile(type: Type): readonly (Step | undefined)[] {
  const steps: (Step | undefined)[] = [];
  for (const field of type.fields.values()) {
    if (field.inline === undefined && field.number > 0) steps[field.number] = compileField(field);
  }
  for (const inline of type.inlines) {
    steps[inline.number] = {
      wire: 2,
      read: (reader, data) => {
        reader.within(() => readMessage(reader, inline.type, data));
      },
    };
  }
  return steps;
}

function compileField(field: Field): Step {
  const { name, of } = field;
  if (of.form === "list" && !of.boxed) {
    return {
      wire: wireOf(of.items),
      read: (reader, data) => {
        const list = (data[name] ??= []) as unknown[];
        list.push(readValue(reader, of.items));
      },
    };
  }
  if (of.form === "map") {
    return {
      wire: 2,
      read: (reader, data) => {
        readEntry(reader, of.values, (data[name] ??= {}) as Data);
      },
    };
  }
  if (of.form === "message") {
    return {
      wire: 2,
      read: (reader, data) => {
        data[name] = reader.within(() => readMessage(reader, of, (data[name] ?? {}) as Data));
      },
    };
  }
  return {
    wire: wireOf(of),
    read: (reader, data) => {
      data[name] = readValue(reader, of);
    },
  };
}

function wireOf(schema: Schema): number {
  return schema.form === "scalar" ? scalarCodecs[schema.name].wire : 2;
}

function readValue(reader: ProtobufReader, schema: Schema): unknown {
  switch (schema.form) {
    case "scalar":
      return scalarCodecs[schema.name].read(reader);
    case "message":
      return reader.within(() => readMessage(reader, schema, {}));
    case "list":
      return reader.within(() => readBoxed(reader, schema.items));
    case "union":
      return reader.within(() => readUnion(reader, schema));
    case "map":
      throw malformed("a map within a list");
  }
}

function readBoxed(reader: ProtobufReader, items: Schema): unknown[] {
  const list: unknown[] = [];
  while (!reader.done) {
    const tag = reader.tag();
    if (tag === 8 + wireOf(items)) list.push(readValue(reader, items));
    else reader.skipValue(tag % 8);
  }
  return list;
}

function readEntry(reader: ProtobufReader, values: Schema, data: Data): void {
  let key = "";
  let value: unknown = null;
  reader.within(() => {
    while (!reader.done) {
      const tag = reader.tag();
      if (tag === 8 + 2) key = reader.string();
      else if (tag === 16 + wireOf(values)) value = readValue(reader, values);
      else reader.skipValue(tag % 8);
    }
  });
  setKey(data, key, value);
}

/** A boolean case yields to any other. */
function readUnion(reader: ProtobufReader, union: Extract<Schema, { form: "union" }>): unknown {
  let result: unknown = null;
  while (!reader.done) {
    const tag = reader.tag();
    const found = union.cases.find((one) => one.number === Math.floor(tag / 8));
    if (found === undefined) reader.skipValue(tag % 8);
    else if (found.of.form === "list") {
      const before = Array.isArray(result) ? result : [];
      result = [...before, readValue(reader, found.of.items)];
    } else {
      const value = readValue(reader, found.of);
      if (found.json !== "boolean" || result === null) result = value;
    }
  }
  return result;
}
