/** A page as an answer: concatenated stored bytes where it can be, decoded objects where it must be. */
import type { KubeObject, Resource } from "#api";
import { notAcceptable } from "#api";
import { bytesAnswer, dataAnswer, isInProcess } from "./answers.ts";
import type { Answer } from "./call.ts";
import { groupVersion } from "./catalog.ts";
import { type Encoding, MEDIA_TYPES, isStoredForm } from "./negotiate.ts";
import { type ChunkPool, ChunkWriter } from "./registry/chunk-writer.ts";
import { encodeValue, listMeta, listOpening } from "./registry/encoding.ts";
import type { Page } from "./registry/outcome.ts";
import type { ResourceRequest } from "./registry/resource-request.ts";
import { columnDefinitions, includeObject, metadataOnly, rowOf, table } from "./registry/table.ts";
import type { Views } from "./registry/views.ts";
import type { Turns } from "./turns.ts";

/** Lists up to this many bytes leave in one piece, with a length. */
const COMMA = Buffer.from(",");
const END = Buffer.from("]}\n");

/** What lists are made with. */
export interface ListParts {
  readonly views: Views;
  readonly turns: Turns;
  readonly pool: ChunkPool;
}

/** The answer to a list, in pieces when it is long. */
export async function listAnswer(
  parts: ListParts,
  request: ResourceRequest,
  page: Page,
  encoding: Encoding,
): Promise<Answer> {
  const { resource } = request;
  const isPlain = isInProcess(request.call);
  if (!isPlain && isStoredForm(encoding)) {
    const chunks = jsonChunks(parts, resource, page);
    const first = await chunks.next();
    const second = first.done === true ? first : await chunks.next();
    const headers = { "content-type": MEDIA_TYPES.json };
    const { release } = parts.pool;
    if (first.done !== true && second.done === true)
      return { status: 200, headers, body: { type: "bytes", bytes: first.value, release } };
    const all = resumed(first.value, second.value, chunks);
    return { status: 200, headers, body: { type: "stream", chunks: all, release } };
  }
  const objects: KubeObject[] = [];
  for (const record of page.records) {
    if (parts.turns.spent) await parts.turns.turn();
    objects.push(parts.views.object(resource, record));
  }
  const list = listOf(request, objects, page, encoding);
  return isPlain ? dataAnswer(200, list) : bytesAnswer(200, encoding, encodeValue(list, resource, encoding));
}

async function* jsonChunks(
  parts: ListParts,
  resource: Resource,
  page: Page,
): AsyncGenerator<Uint8Array, undefined> {
  const writer = new ChunkWriter(parts.pool);
  writer.add(Buffer.from(listOpening(resource, page)));
  for (const [i, record] of page.records.entries()) {
    if (i > 0) writer.add(COMMA);
    parts.views.addJson(writer, resource, record);
    if (!writer.isFull) continue;
    yield writer.take();
    if (parts.turns.spent) await parts.turns.turn();
  }
  writer.add(END);
  yield writer.take();
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

function listOf(
  request: ResourceRequest,
  objects: readonly KubeObject[],
  page: Page,
  encoding: Encoding,
): unknown {
  const { resource, info, now } = request;
  const metadata = listMeta(page);
  if (encoding.as === undefined) {
    return { kind: `${resource.kind}List`, apiVersion: groupVersion(resource), metadata, items: objects };
  }
  if (encoding.as === "Table") {
    const include = includeObject(info.query);
    const rows = objects.map((object) => rowOf(resource, object, include, now));
    return table(columnDefinitions(resource), rows, metadata);
  }
  if (encoding.as !== "PartialObjectMetadataList") {
    throw notAcceptable(Object.values(MEDIA_TYPES));
  }
  const items = objects.map(metadataOnly);
  return { kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1", metadata, items };
}
