/**
 * Turns outcomes into answers. For sockets: JSON from stored bytes; YAML, protobuf, tables and metadata
 * from decoded objects. In process: the shared objects themselves, no text at all.
 */
import { type KubeObject, type Resource, notAcceptable, tooLarge } from "#api";
import type { Env } from "#base";
import type { ExchangeAnswer } from "#base/streams";
import { bytesAnswer, dataAnswer, isInProcess, textAnswer } from "./answers.ts";
import type { Answer } from "./call.ts";
import { logSocketAnswer } from "./log-socket.ts";
import { listAnswer } from "./list-answer.ts";
import { type Encoding, MEDIA_TYPES, isStoredForm, isWholeMessage } from "./negotiate.ts";
import { MAX_COLLECTED_BYTES } from "./limits.ts";
import { ChunkPool } from "./registry/chunk-writer.ts";
import { completed, encodeValue } from "./registry/encoding.ts";
import type { OpenCollection, Outcome, Single } from "./registry/outcome.ts";
import type { ResourceRequest } from "./registry/resource-request.ts";
import { columnDefinitions, includeObject, metadataOnly, rowOf, table } from "./registry/table.ts";
import type { Views } from "./registry/views.ts";
import type { WatchFeed } from "./registry/watch-feed.ts";
import type { Turns } from "./turns.ts";
import { type SharedChunks, watchAnswer } from "./watch-answer.ts";

export class Responder {
  readonly #views: Views;
  readonly #turns: Turns;
  readonly #env: Env;
  readonly #shared: SharedChunks;
  readonly #pool = new ChunkPool();

  constructor(views: Views, turns: Turns, env: Env, shared: SharedChunks) {
    this.#shared = shared;
    this.#views = views;
    this.#turns = turns;
    this.#env = env;
  }

  /** The answer to a resource request, in the encoding that was negotiated before anything ran. */
  async answer(request: ResourceRequest, outcome: Outcome, encoding: Encoding): Promise<Answer> {
    switch (outcome.type) {
      case "single":
        return this.#single(request, outcome.resource, outcome.value, outcome.status, encoding);
      case "list":
        return await listAnswer(
          { views: this.#views, turns: this.#turns, pool: this.#pool },
          request,
          outcome.page,
          encoding,
        );
      case "watch":
        return this.#watch(request, outcome.feed, encoding);
      case "followed":
        return followedAnswer(outcome.open, encoding);
      case "text":
        return textAnswer(outcome.status, outcome.contentType, outcome.text);
      case "log":
        return (
          logSocketAnswer(this.#env.tasks, request.call, outcome.answer) ??
          relayedAnswer(request, outcome.answer)
        );
      case "relayed":
        return relayedAnswer(request, outcome.answer);
    }
  }

  #watch(request: ResourceRequest, feed: WatchFeed, encoding: Encoding): Answer {
    const { clock, tasks } = this.#env;
    const parts = { views: this.#views, shared: this.#shared, clock, tasks };
    return watchAnswer(parts, request, feed, encoding);
  }

  #single(
    request: ResourceRequest,
    resource: Resource,
    value: Single,
    status: number,
    encoding: Encoding,
  ): Answer {
    const isPlain = isInProcess(request.call);
    if ("record" in value && isStoredForm(encoding) && !isPlain) {
      return bytesAnswer(status, encoding, this.#views.json(resource, value.record));
    }
    if ("record" in value && isWholeMessage(encoding) && !isPlain) {
      return bytesAnswer(status, encoding, this.#views.protobuf(resource, value.record));
    }
    const object =
      "record" in value
        ? this.#views.object(resource, value.record)
        : completed(value.object, resource, value.type);
    const columns = "record" in value ? undefined : value.columns;
    const printed = columns === undefined ? resource : { columns };
    const shown = shownAs(request, printed, object as KubeObject, encoding);
    if (isPlain) return dataAnswer(status, shown);
    const type = "record" in value ? undefined : value.type;
    return bytesAnswer(status, encoding, encodeValue(shown, resource, encoding, type));
  }
}

/** Objects for a follower: whole, or their metadata. */
function followedAnswer(open: OpenCollection, { as, metaVersion }: Encoding): Answer {
  if (as === "Table") throw notAcceptable(Object.values(MEDIA_TYPES));
  const collection = open(
    as === undefined ? (object) => object : (object) => metadataOnly(object, metaVersion),
  );
  return { status: 200, headers: {}, body: { type: "followed", collection } };
}

/** Statuses are never transformed. */
function shownAs(
  request: ResourceRequest,
  printed: Pick<Resource, "columns">,
  object: KubeObject,
  encoding: Encoding,
): unknown {
  const { as, metaVersion: version } = encoding;
  if (as === undefined || object.kind === "Status") return object;
  if (as === "PartialObjectMetadata") return metadataOnly(object, version);
  if (as !== "Table") throw notAcceptable(Object.values(MEDIA_TYPES));
  const row = rowOf(printed, object, {
    include: includeObject(request.info.query),
    now: request.now,
    version,
  });
  const { resourceVersion } = object.metadata;
  return table(columnDefinitions(printed), [row], { resourceVersion }, version);
}

/** A stream as it comes; whoever calls in process takes no streams, and gets the whole. */
async function relayedAnswer(request: ResourceRequest, answer: ExchangeAnswer): Promise<Answer> {
  const { status, headers, body } = answer;
  if (body.type !== "stream") return { status, headers, body };
  if (!isInProcess(request.call)) return { status, headers, body: { ...body, live: true } };
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body.chunks) {
    size += chunk.length;
    if (size > MAX_COLLECTED_BYTES) throw tooLarge(MAX_COLLECTED_BYTES);
    chunks.push(chunk);
  }
  const joined = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return { status, headers: joined, body: { type: "bytes", bytes: Buffer.concat(chunks) } };
}
