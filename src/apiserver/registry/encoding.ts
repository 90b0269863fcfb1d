/** Values as bytes, in the media type that was negotiated. */
import {
  type KubeObject,
  type Resource,
  type StatusBody,
  type Type,
  canonical,
  encodeEnvelope,
  encodeMessage,
  encodeProtobuf,
  meta,
  stringifyJson,
  stringifyYaml,
} from "#api";
import { INDENT } from "../answers.ts";
import type { Encoding } from "../negotiate.ts";
import type { Page } from "./outcome.ts";

/** Types that any resource may answer with, by kind. */
const GENERIC_TYPES: Readonly<Record<string, Type>> = {
  Status: meta.Status,
  Table: meta.Table,
  PartialObjectMetadata: meta.PartialObjectMetadata,
  PartialObjectMetadataList: meta.PartialObjectMetadataList,
};

type Form = Pick<Encoding, "media" | "pretty">;

/** A refusal, in the media type that the client would have been answered in. */
export function encodeStatus(status: StatusBody, form: Form): Uint8Array {
  if (form.media !== "protobuf") return encodeText(status, form);
  return encodeProtobuf(meta.Status, canonical(meta.Status, status));
}

/** `type`: of the value, when it is not an object or list of the resource. */
export function encodeValue(value: unknown, resource: Resource, form: Form, type?: Type): Uint8Array {
  if (form.media !== "protobuf") return encodeText(value, form);
  const { kind } = value as KubeObject;
  const generic = GENERIC_TYPES[kind] ?? type;
  if (generic !== undefined) return encodeProtobuf(generic, value);
  return encodeProtobuf(resource.type, value);
}

/** JSON or YAML. */
export function encodeText(value: unknown, { media, pretty }: Form): Uint8Array {
  if (media === "yaml") return Buffer.from(stringifyYaml(value));
  return Buffer.from(`${stringifyJson(value, pretty === true ? INDENT : undefined)}\n`);
}

/** `metadata` of a list. */
export function listMeta(page: Page): Record<string, unknown> {
  return {
    resourceVersion: String(page.revision),
    ...(page.continueToken === undefined ? {} : { continue: page.continueToken }),
    ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
  };
}

const METADATA_TAG = 0x0a;
const ITEM_TAG = 0x12;

/** A list as protobuf, put together from items that were encoded one by one. */
export interface ListBytes {
  /** What precedes the items; every list is a message of its metadata (1) and its items (2), in an envelope. */
  readonly opening: Uint8Array;
  readonly closing: Uint8Array;
}

/** `itemsBytes`: of all items with their heads. */
export function listEnvelope(
  list: { readonly apiVersion: string; readonly kind: string; readonly metadata: meta.ListMeta },
  itemsBytes: number,
): ListBytes {
  const metadata = tagged(METADATA_TAG, encodeMessage(meta.ListMeta, list.metadata));
  const empty = encodeEnvelope({ ...list, raw: new Uint8Array() });
  // Of an empty message the envelope holds a tag and a length of zero, then two empty fields.
  const message = empty.length - EMPTY_FIELD_BYTES * 3;
  const size = varint(metadata.length + itemsBytes);
  const opening = Buffer.concat([empty.subarray(0, message + 1), Uint8Array.from(size), metadata]);
  return { opening, closing: empty.subarray(message + EMPTY_FIELD_BYTES) };
}

/** What precedes a list's item of so many bytes. */
export function itemHead(bytes: number): Uint8Array {
  return Uint8Array.of(ITEM_TAG, ...varint(bytes));
}

const EMPTY_FIELD_BYTES = 2;

function tagged(tag: number, message: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(tag, ...varint(message.length)), message]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}
