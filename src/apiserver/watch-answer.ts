/**
 * A watch feed as an answer: frames of JSON (one line an event) or protobuf for sockets, batches of shared
 * objects in process. Watchers that see everything of a resource share their encoded chunks.
 */
import { type KubeObject, type Resource, canonical, encodeWatchFrame, stringifyJson, zeroObject } from "#api";
import type { Clock, Tasks } from "#base";
import type { Answer, WatchItem } from "./call.ts";
import { isInProcess } from "./answers.ts";
import { groupVersion } from "./catalog.ts";
import { SHARED_CHUNKS } from "./limits.ts";
import { type Encoding, isWholeMessage, MEDIA_TYPES } from "./negotiate.ts";
import { ChunkWriter } from "./registry/chunk-writer.ts";
import { encodeValue } from "./registry/encoding.ts";
import type { ResourceRequest } from "./registry/resource-request.ts";
import {
  columnDefinitions,
  type IncludeObject,
  includeObject,
  metadataOnly,
  rowOf,
  table,
} from "./registry/table.ts";
import type { Views } from "./registry/views.ts";
import type { FeedEvent, WatchFeed } from "./registry/watch-feed.ts";
import { socketAnswer, socketOf } from "./watch-socket.ts";

const INITIAL_END = "k8s.io/initial-events-end";
const NEWLINE = Buffer.from("}\n");
/** The length of a protobuf frame. */
const FRAME_HEAD_BYTES = 4;

/** The encoded chunks of a lap, by who may share them. */
export class SharedChunks {
  readonly #chunks = new Map<string, readonly Uint8Array[]>();

  get(name: string): readonly Uint8Array[] | undefined {
    return this.#chunks.get(name);
  }

  set(name: string, chunks: readonly Uint8Array[]): void {
    this.#chunks.set(name, chunks);
    const oldest = this.#chunks.keys().next();
    if (this.#chunks.size > SHARED_CHUNKS && oldest.done !== true) this.#chunks.delete(oldest.value);
  }

  clear(): void {
    this.#chunks.clear();
  }
}

/** What watches are made with. */
export interface WatchParts {
  readonly views: Views;
  readonly shared: SharedChunks;
  readonly clock: Clock;
  /** For those over WebSockets. */
  readonly tasks: Tasks;
}

/** The answer to a watch: an endless stream. */
export function watchAnswer(
  parts: WatchParts,
  request: ResourceRequest,
  feed: WatchFeed,
  encoding: Encoding,
): Answer {
  const encoder = new EventEncoder(parts, request, encoding);
  if (isInProcess(request.call))
    return { status: 200, headers: {}, body: { type: "events", events: batches(feed, encoder) } };
  const upgrade = socketOf(request.call);
  if (upgrade !== undefined) {
    const isText = encoding.media === "json";
    return socketAnswer(parts.tasks, feed, upgrade, { encode: (event) => encoder.message(event), isText });
  }
  const media = MEDIA_TYPES[encoding.media];
  const contentType = encoding.media === "json" ? media : `${media};stream=watch`;
  return {
    status: 200,
    headers: { "content-type": contentType, "cache-control": "no-cache, private" },
    body: { type: "stream", chunks: frames(parts.shared, feed, encoder), live: true },
  };
}

async function* batches(feed: WatchFeed, encoder: EventEncoder): AsyncIterable<readonly WatchItem[]> {
  using open = feed;
  for (let batch = await open.next(); batch !== undefined; batch = await open.next()) {
    yield batch.events.map((event) => encoder.item(event));
  }
}

async function* frames(
  shared: SharedChunks,
  feed: WatchFeed,
  encoder: EventEncoder,
): AsyncIterable<Uint8Array> {
  using open = feed;
  for (let batch = await open.next(); batch !== undefined; batch = await open.next()) {
    const name = batch.shared === undefined ? undefined : encoder.sharedName(batch.shared);
    let chunks = name === undefined ? undefined : shared.get(name);
    if (chunks === undefined) {
      chunks = chunksOf(batch.events, encoder);
      if (name !== undefined) shared.set(name, chunks);
    }
    // Not `yield*`, which takes twice as many promises.
    for (const chunk of chunks) yield chunk;
  }
}

function chunksOf(events: readonly FeedEvent[], encoder: EventEncoder): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const writer = new ChunkWriter();
  for (const event of events) {
    encoder.addFrame(writer, event);
    if (writer.isFull) chunks.push(writer.take());
  }
  if (writer.size > 0) chunks.push(writer.take());
  return chunks;
}

/** One watcher's view of events: version, transformation and media type. */
class EventEncoder {
  readonly #views: Views;
  readonly #clock: Clock;
  readonly #resource: Resource;
  readonly #namespace: string;
  readonly #include: IncludeObject;
  readonly #encoding: Encoding;
  #sentColumns = false;

  /** Of the request it keeps what it needs: a watch lasts long, and there are many. Throws 400. */
  constructor(parts: WatchParts, { resource, info }: ResourceRequest, encoding: Encoding) {
    this.#views = parts.views;
    this.#clock = parts.clock;
    this.#resource = resource;
    this.#namespace = info.namespace;
    this.#include = encoding.as === "Table" ? includeObject(info.query) : "None";
    this.#encoding = encoding;
  }

  /** Undefined for tables, whose first event differs. */
  sharedName(batch: string): string | undefined {
    const { media, as, metaVersion } = this.#encoding;
    if (as === "Table") return undefined;
    const resource = `${groupVersion(this.#resource)}/${this.#resource.plural}`;
    return `${resource}/${this.#namespace}/${media}/${as ?? ""}/${metaVersion ?? ""}/${batch}`;
  }

  item(event: FeedEvent): WatchItem {
    if (event.type === "ERROR") return { type: "ERROR", object: event.status };
    if (event.type === "BOOKMARK") return { type: "BOOKMARK", object: this.#shown(this.#bookmark(event)) };
    return { type: event.type, object: this.#shown(this.#views.object(this.#resource, event.record)) };
  }

  addFrame(writer: ChunkWriter, event: FeedEvent): void {
    if (this.#encoding.media !== "json") {
      return writer.add(encodeWatchFrame({ type: event.type, object: this.#encoded(event) }));
    }
    writer.add(openings[event.type]);
    const isStored = this.#encoding.as === undefined && "record" in event;
    if (isStored) this.#views.addJson(writer, this.#resource, event.record);
    else writer.add(Buffer.from(stringifyJson(this.item(event).object)));
    writer.add(NEWLINE);
  }

  /** The frame of one event without the length that a stream has before it. */
  message(event: FeedEvent): Uint8Array {
    const writer = new ChunkWriter();
    this.addFrame(writer, event);
    const frame = writer.take();
    return this.#encoding.media === "json" ? frame : frame.subarray(FRAME_HEAD_BYTES);
  }

  #encoded(event: FeedEvent): Uint8Array {
    if ("record" in event && isWholeMessage(this.#encoding))
      return this.#views.protobuf(this.#resource, event.record);
    return encodeValue(this.item(event).object, this.#resource, this.#encoding);
  }

  #bookmark(event: Extract<FeedEvent, { type: "BOOKMARK" }>): KubeObject {
    const annotations = event.endsInitial ? { annotations: { [INITIAL_END]: "true" } } : {};
    const metadata = { resourceVersion: String(event.revision), ...annotations };
    const object = { ...zeroObject(this.#resource.type), metadata } as KubeObject;
    this.#resource.fillEmpty?.(object);
    return object;
  }

  #shown(object: KubeObject): unknown {
    const { as, metaVersion: version } = this.#encoding;
    if (as === undefined) return object;
    if (as !== "Table") return metadataOnly(object, version);
    const columns = this.#sentColumns ? null : columnDefinitions(this.#resource);
    this.#sentColumns = true;
    // A bookmark has no lists, which cells look into.
    const isBookmark = object.metadata.name === undefined;
    const printed = isBookmark ? (canonical(this.#resource.type, object) as KubeObject) : object;
    const row = rowOf(this.#resource, printed, {
      include: this.#include,
      now: this.#clock.now(),
      version,
    });
    return table(columns, [row], { resourceVersion: object.metadata.resourceVersion }, version);
  }
}

const openings: Readonly<Record<FeedEvent["type"], Uint8Array>> = {
  ADDED: opening("ADDED"),
  MODIFIED: opening("MODIFIED"),
  DELETED: opening("DELETED"),
  BOOKMARK: opening("BOOKMARK"),
  ERROR: opening("ERROR"),
};

function opening(type: FeedEvent["type"]): Uint8Array {
  return Buffer.from(`{"type":"${type}","object":`);
}
