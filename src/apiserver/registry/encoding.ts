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
import type { Encoding, MetaVersion } from "../negotiate.ts";
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
  return encodeProtobuf(typeOf(value, resource, type), value);
}

/** A value that only this answer holds, with what upstream prints of it. */
export function completed(value: unknown, resource: Resource, type?: Type): KubeObject {
  return canonical(typeOf(value, resource, type), value) as KubeObject;
}

function typeOf(value: unknown, resource: Resource, type: Type | undefined): Type {
  return GENERIC_TYPES[(value as KubeObject).kind] ?? type ?? resource.type;
}

/** JSON or YAML. */
export function encodeText(value: unknown, { media, pretty }: Form): Uint8Array {
  if (media === "yaml") return Buffer.from(stringifyYaml(value));
  return Buffer.from(`${stringifyJson(value, pretty === true ? INDENT : undefined)}\n`);
}

/** `metadata` of a list. */
export function listMeta(page: Page): Record<string, unknown> {
  return {
    ...(page.revision === undefined ? {} : { resourceVersion: String(page.revision) }),
    ...(page.continueToken === undefined ? {} : { continue: page.continueToken }),
    ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
  };
}

/** Field 1 and field 2, each with a length. */
const TAGS = [0x0a, 0x12] as const;

/** A list as protobuf, put together from items that were encoded one by one. */
export interface ListBytes {
  /** What precedes the items; every list is a message of its metadata (1) and its items (2), in an envelope; one of v1beta1 the other way round. */
  readonly opening: Uint8Array;
  readonly closing: Uint8Array;
}

/** `itemsBytes`: of all items with their heads. */
export function listEnvelope(
  list: { readonly apiVersion: string; readonly kind: string; readonly metadata: meta.ListMeta },
  itemsBytes: number,
): ListBytes {
  const metadata = tagged(
    TAGS[list.apiVersion === SWAPPED ? 1 : 0],
    encodeMessage(meta.ListMeta, list.metadata),
  );
  const empty = encodeEnvelope({ ...list, raw: new Uint8Array() });
  // Of an empty message the envelope holds a tag and a length of zero, then two empty fields.
  const message = empty.length - EMPTY_FIELD_BYTES * 3;
  const size = varint(metadata.length + itemsBytes);
  const opening = Buffer.concat([empty.subarray(0, message + 1), Uint8Array.from(size), metadata]);
  return { opening, closing: empty.subarray(message + EMPTY_FIELD_BYTES) };
}

/** What precedes a list's item of so many bytes. */
export function itemHead(bytes: number, listVersion?: string): Uint8Array {
  return Uint8Array.of(TAGS[listVersion === SWAPPED ? 0 : 1], ...varint(bytes));
}

const SWAPPED: MetaVersion = "meta.k8s.io/v1beta1";

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
