/** A page as an answer: concatenated stored bytes where it can be, decoded objects where it must be. */
import { encodeMessage, meta, notAcceptable, stringifyJson, stringifyYaml } from "#api";
import type { StoredRecord } from "#store";
import { dataAnswer, INDENT, isInProcess } from "./answers.ts";
import type { Answer } from "./call.ts";
import { groupVersion } from "./catalog.ts";
import { type Encoding, MEDIA_TYPES, isStoredForm } from "./negotiate.ts";
import { type ChunkPool, ChunkWriter } from "./registry/chunk-writer.ts";
import { encodeText, itemHead, listEnvelope, listMeta } from "./registry/encoding.ts";
import type { Page } from "./registry/outcome.ts";
import type { ResourceRequest } from "./registry/resource-request.ts";
import {
  columnDefinitions,
  type IncludeObject,
  includeObject,
  metadataOnly,
  type Row,
  rowOf,
  table,
} from "./registry/table.ts";
import type { Views } from "./registry/views.ts";
import type { Turns } from "./turns.ts";

const COMMA = Buffer.from(",");
const OBJECT_END = Buffer.from("}");
const END = Buffer.from("]}\n");
/** How the text of an empty list ends: `]}`. */
const EMPTY_END = 2;

/** What lists are made with. */
export interface ListParts {
  readonly views: Views;
  readonly turns: Turns;
  readonly pool: ChunkPool;
}

/** The answer to a list, in pieces when it is long; no list is put together in one turn. */
export async function listAnswer(
  parts: ListParts,
  request: ResourceRequest,
  asked: Page,
  encoding: Encoding,
): Promise<Answer> {
  const isTable = encoding.as === "Table";
  const include = isTable ? includeObject(request.info.query) : "None";
  const page = isTable ? inRowOrder(parts, request, asked) : asked;
  const shown: ShownPage = { ...parts, request, page, encoding, include };
  if (isInProcess(request.call)) return dataAnswer(200, listOf(shown, await membersOf(shown)));
  const isPretty = encoding.media === "yaml" || encoding.pretty === true;
  const plain = encoding.media === "json" ? jsonChunks : protobufChunks;
  const chunks = (isPretty ? prettyChunks : plain)(shown);
  const first = await chunks.next();
  const second = first.done === true ? first : await chunks.next();
  const headers = { "content-type": MEDIA_TYPES[encoding.media] };
  const { release } = parts.pool;
  if (first.done !== true && second.done === true)
    return { status: 200, headers, body: { type: "bytes", bytes: first.value, release } };
  const all = resumed(first.value, second.value, chunks);
  return { status: 200, headers, body: { type: "stream", chunks: all, release } };
}

/** Rows of a kind that says so are in an order of their own; of few objects, since each is decoded. */
function inRowOrder({ views }: ListParts, { resource }: ResourceRequest, page: Page): Page {
  if (resource.rowOrder === undefined) return page;
  const objects = page.records.map((record) => ({ record, object: views.object(resource, record) }));
  objects.sort((a, b) => resource.rowOrder?.(a.object, b.object) ?? 0);
  return { ...page, records: objects.map(({ record }) => record) };
}

/** A page and how it is shown. */
interface ShownPage extends ListParts {
  readonly request: ResourceRequest;
  readonly page: Page;
  readonly encoding: Encoding;
  readonly include: IncludeObject;
}

type Chunks = AsyncGenerator<Uint8Array, undefined>;

async function* jsonChunks(shown: ShownPage): Chunks {
  const { page, encoding, views, turns, request } = shown;
  const writer = new ChunkWriter(shown.pool);
  if (page.records.length === 0) {
    writer.add(encodeText(emptyListOf(shown), encoding));
    return yield writer.take();
  }
  const empty = stringifyJson(listOf(shown, []));
  writer.add(Buffer.from(empty.slice(0, -EMPTY_END)));
  for (const [i, record] of page.records.entries()) {
    if (i > 0) writer.add(COMMA);
    if (isStoredForm(encoding)) views.addItem(writer, request.resource, record);
    else addMember(writer, shown, record);
    if (writer.isFull) yield writer.take();
    if (turns.spent) await turns.turn();
  }
  writer.add(END);
  yield writer.take();
}

/** The JSON of what `memberOf` gives; metadata are cut out of the stored text. */
function addMember(writer: ChunkWriter, shown: ShownPage, record: StoredRecord): void {
  const { encoding, include, views, request } = shown;
  const { resource, now } = request;
  const version = encoding.metaVersion;
  if (encoding.as === "PartialObjectMetadataList")
    return views.addMetadataOnly(writer, resource, record, version);
  if (include !== "Metadata") return writer.add(Buffer.from(stringifyJson(memberOf(shown, record))));
  const { cells } = rowOf(resource, views.object(resource, record), { include: "None", now });
  writer.add(Buffer.from(`{"cells":${stringifyJson(cells)},"object":`));
  views.addMetadataOnly(writer, resource, record, version);
  writer.add(OBJECT_END);
}

/** YAML and indented JSON: the text of the empty list, with the members in the place of its `[]`. */
async function* prettyChunks(shown: ShownPage): Chunks {
  const { page, encoding, turns, views, request } = shown;
  const writer = new ChunkWriter(shown.pool);
  const isYaml = encoding.media === "yaml";
  if (page.records.length === 0) {
    writer.add(encodeText(emptyListOf(shown), encoding));
    return yield writer.take();
  }
  const text = Buffer.from(encodeText(listOf(shown, []), encoding)).toString();
  const at = text.search(isYaml ? / \[\]$/m : /\[\]\n\}\n$/);
  const tail = text.slice(at + (isYaml ? " []\n" : "[]").length);
  const margin = " ".repeat(INDENT);
  writer.add(Buffer.from(`${text.slice(0, at)}${isYaml ? "\n" : "["}`));
  for (const [i, record] of page.records.entries()) {
    if (turns.spent) await turns.turn();
    const member = encoding.as === undefined ? views.item(request.resource, record) : memberOf(shown, record);
    const one = isYaml ? stringifyYaml([member]) : `\n${stringifyJson(member, INDENT)}`;
    const lines = isYaml ? one : `${i > 0 ? "," : ""}${one.replaceAll("\n", `\n${margin}${margin}`)}`;
    writer.add(Buffer.from(lines));
    if (writer.isFull) yield writer.take();
  }
  writer.add(Buffer.from(isYaml ? tail : `\n${margin}]${tail}`));
  yield writer.take();
}

/** Its envelope begins with its length, so everything is encoded before the first byte leaves. */
async function* protobufChunks(shown: ShownPage): Chunks {
  const { request, encoding, page, turns, views, pool } = shown;
  const isWhole = encoding.as === undefined;
  const items: Uint8Array[] = [];
  let size = 0;
  for (const record of page.records) {
    if (turns.spent) await turns.turn();
    const item = isWhole
      ? views.message(request.resource, record)
      : encodeMessage(meta.PartialObjectMetadata, memberOf(shown, record) as meta.PartialObjectMetadata);
    items.push(item);
    size += itemHead(item.length, encoding.metaVersion).length + item.length;
  }
  const { opening, closing } = listEnvelope(listOf(shown, []), size);
  const writer = new ChunkWriter(pool);
  writer.add(opening);
  for (const item of items) {
    writer.add(itemHead(item.length, encoding.metaVersion));
    writer.add(item);
    if (writer.isFull) yield writer.take();
    if (turns.spent) await turns.turn();
  }
  writer.add(closing);
  yield writer.take();
}

async function membersOf(shown: ShownPage): Promise<readonly unknown[]> {
  const members: unknown[] = [];
  for (const record of shown.page.records) {
    if (shown.turns.spent) await shown.turns.turn();
    members.push(memberOf(shown, record));
  }
  return members;
}

/** One item, or one row. */
function memberOf({ views, request, encoding, include }: ShownPage, record: StoredRecord): unknown {
  const { resource, now } = request;
  const object = views.object(resource, record);
  if (encoding.as === undefined) return object;
  const version = encoding.metaVersion;
  if (encoding.as === "Table") return rowOf(resource, object, { include, now, version });
  return metadataOnly(object, version);
}

interface AnyList {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: meta.ListMeta;
  readonly items?: readonly unknown[] | null;
  readonly rows?: readonly unknown[] | null;
}

/** The list of what `memberOf` gives; the members come last. */
function listOf({ request, page, encoding }: ShownPage, members: readonly unknown[]): AnyList {
  const { resource } = request;
  const metadata = listMeta(page);
  switch (encoding.as) {
    case undefined:
      return { kind: `${resource.kind}List`, apiVersion: groupVersion(resource), metadata, items: members };
    case "Table":
      return table(columnDefinitions(resource), members as Row[], metadata, encoding.metaVersion) as AnyList;
    case "PartialObjectMetadataList":
      return {
        kind: encoding.as,
        apiVersion: encoding.metaVersion ?? "meta.k8s.io/v1",
        metadata,
        items: members,
      };
    default:
      throw notAcceptable(Object.values(MEDIA_TYPES));
  }
}

/** Without members. Some lists upstream makes by adding to none. */
function emptyListOf(shown: ShownPage): AnyList {
  const list = listOf(shown, []);
  const { as } = shown.encoding;
  if (as === "PartialObjectMetadataList") return { ...list, items: null };
  return as === "Table" && shown.request.resource.generalTable ? { ...list, rows: null } : list;
}

async function* resumed(
  first: Uint8Array | undefined,
  second: Uint8Array | undefined,
  rest: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  if (first !== undefined) yield first;
  if (second !== undefined) yield second;
  yield* rest;
}
