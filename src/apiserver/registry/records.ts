/**
 * Between objects and the store's records. Decoded objects are made on first need, shared by everybody,
 * read-only (frozen when `freeze` is on) and kept in one LRU bounded by bytes.
 */
import {
  type KubeObject,
  type Resource,
  type Type,
  decodeProtobuf,
  encodeMessage,
  isProtobuf,
  parseEntries,
  parseStoredJson,
  stringifyJson,
} from "#api";
import type { Clock } from "#base";
import { type RecordIndex, type Revision, type StoredRecord, withRevision } from "#store";
import type { Catalog } from "../catalog.ts";
import type { ChunkWriter } from "./chunk-writer.ts";
import {
  itemText,
  MANAGERS,
  metadataKeyStart,
  metadataStart,
  NO_SLOT,
  type Offsets,
  slotOf,
  storedText,
} from "./bytes.ts";
import { DECODED_BYTES, DECODED_FACTOR, MESSAGE_BYTES } from "../limits.ts";
import { deepFreeze } from "./plain-data.ts";
import { RecordCache } from "./record-cache.ts";

const OBJECT_START = Buffer.from("{");
const METADATA_END = Buffer.from("}");
/** Of what no store holds. */
const NO_REVISION = 0 as Revision;

/** What is needed of a record to serve it; a write just committed has this before it is read back. */
export type Versioned = Pick<StoredRecord, "key" | "value" | "index" | "modRevision">;

/** A value and its index, ready for a transaction. */
export interface Encoded {
  readonly value: Uint8Array;
  readonly index: RecordIndex;
}

/** The wire form of a record in one version. */
interface Message {
  readonly type: Type;
  readonly bytes: Uint8Array;
}

export class Records {
  readonly #freeze: boolean;
  readonly #decoded: RecordCache<KubeObject>;
  readonly #messages: RecordCache<Message>;

  constructor(clock: Clock, options: { readonly freeze: boolean }) {
    this.#freeze = options.freeze;
    this.#decoded = new RecordCache(clock, { bytes: DECODED_BYTES, factor: DECODED_FACTOR });
    this.#messages = new RecordCache(clock, { bytes: MESSAGE_BYTES, factor: 1 });
  }

  /** The object of a record in its storage version, with its resourceVersion. Shared and read-only. */
  object(resource: Resource, record: Versioned): KubeObject {
    const known = this.#decoded.get(record);
    if (known !== undefined) return known;
    const object = this.#decode(resource, record);
    this.#decoded.set(record, object);
    return object;
  }

  /** As `object`, for one who reads it once: it is not kept. */
  passingObject(resource: Resource, record: Versioned): KubeObject {
    return this.#decoded.get(record) ?? this.#decode(resource, record);
  }

  /** The protobuf message of what `show` gives, kept for the next one who asks for the same type. */
  message(type: Type, record: Versioned, show: () => KubeObject): Uint8Array {
    const known = this.#messages.get(record);
    if (known?.type === type) return known.bytes;
    const bytes = encodeMessage(type, show());
    this.#messages.set(record, { type, bytes });
    return bytes;
  }

  /** The record's JSON in its storage version, with its resourceVersion. */
  json(resource: Resource, record: Versioned): Uint8Array {
    const { value, index, modRevision } = record;
    if (index.revisionOffset !== NO_SLOT) return withRevision(value, index.revisionOffset, modRevision);
    return Buffer.from(stringifyJson(this.object(resource, record)));
  }

  /** Adds what `json` gives, with one copy less. */
  addJson(writer: ChunkWriter, resource: Resource, record: Versioned): void {
    const { value, index, modRevision } = record;
    if (index.revisionOffset === NO_SLOT) writer.add(this.json(resource, record));
    else writer.addStored(value, index.revisionOffset, modRevision);
  }

  /** Adds what `json` gives without its first two fields, which a list says for all its items. */
  addItem(writer: ChunkWriter, resource: Resource, record: Versioned): void {
    const { value, index, modRevision } = record;
    if (index.revisionOffset === NO_SLOT) return writer.add(itemText(this.object(resource, record)));
    const start = metadataKeyStart(value);
    writer.add(OBJECT_START);
    writer.addStored(value.subarray(start), index.revisionOffset - start, modRevision);
  }

  /** Adds the text of the record's metadata, cut out of its JSON; false when only decoding would tell where it is. */
  addMetadata(writer: ChunkWriter, { value, index, modRevision }: Versioned): boolean {
    const { revisionOffset, managersEnd } = index;
    if (revisionOffset === NO_SLOT || managersEnd === 0) return false;
    const start = metadataStart(value);
    writer.addStored(value.subarray(start, managersEnd), revisionOffset - start, modRevision);
    writer.add(METADATA_END);
    return true;
  }

  /** The record as it will be stored; `object` is in the storage version. */
  encode(resource: Resource, object: KubeObject): Encoded {
    const { value, offsets } = storedText(object);
    return { value, index: indexOf(resource, object, offsets) };
  }

  /** A record of what no store holds, and so has no revision. */
  unstored(resource: Resource, object: KubeObject): StoredRecord {
    const value = Buffer.from(stringifyJson(object));
    const index = indexOf(resource, object, NO_OFFSETS);
    return { key: "", value, index, createRevision: NO_REVISION, modRevision: NO_REVISION, version: 0 };
  }

  /**
   * Keeps the object that a record was just made of, for readers in this process; the caller lets go of it.
   */
  adopt(record: Versioned, object: KubeObject): void {
    object.metadata.resourceVersion = String(record.modRevision);
    if (this.#freeze) deepFreeze(object);
    this.#decoded.set(record, object);
  }

  #decode(resource: Resource, record: Versioned): KubeObject {
    const object = decodeValue(resource, record);
    return this.#freeze ? deepFreeze(object) : object;
  }
}

/** For `StoreOptions.describe`: the index of a value read back from a journal. */
export function describeRecords(catalog: Catalog): (key: string, value: Uint8Array) => RecordIndex {
  return (key, value) => {
    const resource = catalog.ofKey(key);
    if (resource === undefined) return plainIndex(key);
    const object = parseValue(resource, value);
    return indexOf(resource, object, { ...NO_OFFSETS, revisionOffset: slotOf(object, value) });
  };
}

/** The index of a key that is no API object (allocation maps). */
export function plainIndex(key: string): RecordIndex {
  const name = key.slice(key.lastIndexOf("/") + 1);
  return {
    namespace: "",
    name,
    uid: "",
    labels: undefined,
    owners: [],
    triggers: undefined,
    ...NO_OFFSETS,
  };
}

function indexOf(resource: Resource, object: KubeObject, offsets: Offsets): RecordIndex {
  const { metadata } = object;
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name ?? "",
    uid: metadata.uid ?? "",
    labels: metadata.labels ?? undefined,
    owners: (metadata.ownerReferences ?? []).map((owner) => owner.uid),
    triggers: triggersOf(resource, object),
    ...offsets,
  };
}

function triggersOf(resource: Resource, object: KubeObject): Record<string, string> | undefined {
  if (resource.triggers === undefined) return undefined;
  const values: Record<string, string> = {};
  for (const field of resource.triggers) values[field] = resource.selectableFields?.[field]?.(object) ?? "";
  return values;
}

const NO_OFFSETS: Offsets = { revisionOffset: NO_SLOT, managersStart: 0, managersEnd: 0 };

function decodeValue(resource: Resource, record: Versioned): KubeObject {
  const { value, index } = record;
  const object = index.managersEnd === 0 ? parseValue(resource, value) : parseApart(value, index);
  if (record.modRevision !== NO_REVISION)
    (object.metadata as { resourceVersion?: string }).resourceVersion = String(record.modRevision);
  return object;
}

/** Managed fields apart, since their sets are known by their text. */
function parseApart(value: Uint8Array, { managersStart, managersEnd }: Offsets): KubeObject {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const text = bytes.toString("utf8", 0, managersStart) + bytes.toString("utf8", managersEnd);
  const object = parseStoredJson(text) as KubeObject;
  const entries = bytes.toString("utf8", managersStart + MANAGERS.length, managersEnd);
  object.metadata.managedFields = parseEntries(entries);
  return object;
}

function parseValue(resource: Resource, value: Uint8Array): KubeObject {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (isProtobuf(bytes)) return decodeProtobuf(resource.type, bytes);
  return parseStoredJson(bytes) as KubeObject;
}
