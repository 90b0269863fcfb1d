/**
 * Stored values as text:
 * `{"kind":..,"apiVersion":..,"metadata":{"name":..,"namespace":..,"uid":..,<slot>...}`. The slot is where
 * `"resourceVersion":"42",` is spliced in on the way out, since a value never contains its own revision.
 *
 *   {"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","uid":"u","creationTimestamp":...
 *   |<------------------------- head ------------------------------>| slot at head.length
 *
 * managedFields stand last in the metadata; where is remembered, so that they can be read apart.
 */
import { type KubeObject, entriesText, stringifyJson } from "#api";
import type { RecordIndex } from "#store";

/** Places in a stored value. */
export type Offsets = Pick<RecordIndex, "revisionOffset" | "managersStart" | "managersEnd">;

export interface StoredText {
  readonly value: Uint8Array;
  readonly offsets: Offsets;
}

/** What precedes the list of managed fields. */
export const MANAGERS = ',"managedFields":';

const METADATA = '"metadata":{';

/** No slot: the value was written by somebody else and has to be decoded. */
export const NO_SLOT = -1;

/** Text of an object with a slot; `metadata.resourceVersion` is left out. */
export function storedText(object: KubeObject): StoredText {
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = object;
  const {
    name: _name,
    generateName: _prefix,
    namespace: _namespace,
    uid: _uid,
    resourceVersion: _revision,
    managedFields,
    generation,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    ...others
  } = metadata;
  // In the table's order, whoever set them when.
  const times = { generation, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds };
  const { labels, annotations, ownerReferences, finalizers } = others;
  const more = { ...times, labels, annotations, ownerReferences, finalizers, ...others };
  const head = headOf(object);
  const front = head + (stringifyJson(more).slice(1, -1) || '"creationTimestamp":null');
  const managers = managedFields ? MANAGERS + entriesText(managedFields) : "";
  const body = stringifyJson(rest);
  const value = Buffer.from(`${front}${managers}${body === "{}" ? "}}" : `},${body.slice(1)}`}`);
  const revisionOffset = Buffer.byteLength(head);
  if (managers === "") return { value, offsets: { revisionOffset, managersStart: 0, managersEnd: 0 } };
  const managersStart = Buffer.byteLength(front);
  const managersEnd = managersStart + Buffer.byteLength(managers);
  return { value, offsets: { revisionOffset, managersStart, managersEnd } };
}

/** Where the slot is in a stored value of `object`, or `NO_SLOT` when the value is not of this form. */
export function slotOf(object: KubeObject, value: Uint8Array): number {
  const head = Buffer.from(headOf(object));
  const isOurs = Buffer.compare(value.subarray(0, head.length), head) === 0 && value[head.length] === 0x22;
  return isOurs ? head.length : NO_SLOT;
}

/** Where the metadata begin in a stored value that has a slot. */
export function metadataStart(value: Uint8Array): number {
  return metadataKeyStart(value) + METADATA.length - 1;
}

/** Where their key does: the kind and its version are before it. */
export function metadataKeyStart(value: Uint8Array): number {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).indexOf(METADATA);
}

/** An item of a list, whose kind and version are told by the list. */
export function itemOf({ kind: _kind, apiVersion: _version, ...item }: KubeObject): object {
  return item;
}

/** Its JSON. */
export function itemText(object: KubeObject): Uint8Array {
  return Buffer.from(stringifyJson(itemOf(object)));
}

function headOf(object: KubeObject): string {
  const { apiVersion, kind, metadata } = object;
  let head = `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":{`;
  if (metadata.name !== undefined) head += `"name":${JSON.stringify(metadata.name)},`;
  if (metadata.generateName !== undefined) head += `"generateName":${JSON.stringify(metadata.generateName)},`;
  if (metadata.namespace !== undefined) head += `"namespace":${JSON.stringify(metadata.namespace)},`;
  if (metadata.uid !== undefined) head += `"uid":${JSON.stringify(metadata.uid)},`;
  return head;
}
