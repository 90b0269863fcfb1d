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
import { groupVersion } from "../catalog.ts";
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
  if (kind === `${resource.kind}List`) return encodeList(resource, value as ListValue);
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

/** `{"kind":"PodList","apiVersion":"v1","metadata":{...},"items":[`: what precedes the items. */
export function listOpening(resource: Resource, page: Page): string {
  const head = JSON.stringify({
    kind: `${resource.kind}List`,
    apiVersion: groupVersion(resource),
    metadata: listMeta(page),
  });
  return `${head.slice(0, -1)},"items":[`;
}

interface ListValue {
  readonly metadata: meta.ListMeta;
  readonly items: readonly KubeObject[];
}

const METADATA_TAG = 0x0a;
const ITEM_TAG = 0x12;

/** Every list is a message of its metadata (1) and its items (2). */
function encodeList(resource: Resource, { metadata, items }: ListValue): Uint8Array {
  const parts: Uint8Array[] = [];
  const push = (tag: number, message: Uint8Array): void => {
    parts.push(Uint8Array.of(tag, ...varint(message.length)), message);
  };
  push(METADATA_TAG, encodeMessage(meta.ListMeta, metadata));
  for (const item of items) push(ITEM_TAG, encodeMessage(resource.type, item));
  const raw = Buffer.concat(parts);
  return encodeEnvelope({ apiVersion: groupVersion(resource), kind: `${resource.kind}List`, raw });
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}
