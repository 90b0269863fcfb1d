/**
 * A watcher as informers are, over real sockets, that writes down what it was told: one history for each connection,
 * for the checker. It keeps what it believes, so that each event can be held against the one before.
 */
import { PartialObjectMetadata, WatchFrameReader, core, decodeProtobuf, meta } from "#api";
import type { ReceivedItem } from "#store";
import type { WireClient, WireStream } from "../testing/served-front.ts";

/** How a watch is written on the wire. */
export type Writing = "json" | "protobuf" | "table" | "metadata";

export const ACCEPT: Readonly<Record<Writing, string>> = {
  json: "application/json",
  protobuf: "application/vnd.kubernetes.protobuf",
  table: "application/json;as=Table;g=meta.k8s.io;v=v1",
  metadata: "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
};

/** An event as every writing tells it. */
export interface Told {
  readonly type: string;
  /** `namespace/name`; empty for bookmarks and errors. */
  readonly key: string;
  readonly revision: number;
  /** What the object holds, `""` in writings that leave it out. */
  readonly value: string;
  readonly endsInitial: boolean;
  /** The object is labelled as the last one of the run. */
  readonly isLast: boolean;
  /** Of an ERROR. */
  readonly code: number | undefined;
}

interface Shape {
  readonly kind: string;
  readonly code?: number;
  readonly data?: Readonly<Record<string, string>>;
  readonly metadata: meta.ObjectMeta;
  readonly rows?: readonly { readonly object: Shape }[];
}

/** What a config map holds, as one text: its value and its tier. */
export function valueOf({ data, metadata }: Pick<Shape, "data" | "metadata">): string {
  return `${data?.["v"] ?? ""}/${metadata.labels?.["tier"] ?? ""}`;
}

/** Events of an open watch, as they arrive. */
export async function* told(stream: WireStream, writing: Writing): AsyncGenerator<Told> {
  const read = writing === "protobuf" || writing === "metadata" ? framesOf(writing) : linesOf();
  for await (const chunk of stream.body) yield* read(chunk as Buffer);
}

function linesOf(): (chunk: Buffer) => readonly Told[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const data = Buffer.concat([rest, chunk]);
    const end = data.lastIndexOf(0x0a) + 1;
    rest = data.subarray(end);
    const lines = data.subarray(0, end).toString().split("\n").filter(Boolean);
    return lines.map((line) => {
      const { type, object } = JSON.parse(line) as { type: string; object: Shape };
      return toldOf(type, object.rows === undefined ? object : (object.rows[0]?.object ?? object), true);
    });
  };
}

function framesOf(writing: "protobuf" | "metadata"): (chunk: Buffer) => readonly Told[] {
  const reader = new WatchFrameReader();
  const type = writing === "protobuf" ? core.ConfigMap : PartialObjectMetadata;
  return (chunk) =>
    reader.push(chunk).map((frame) => {
      if (frame.type === "ERROR")
        return toldOf("ERROR", decodeProtobuf(meta.Status, frame.object) as unknown as Shape, false);
      return toldOf(
        frame.type,
        decodeProtobuf(type as typeof core.ConfigMap, frame.object) as unknown as Shape,
        writing === "protobuf",
      );
    });
}

function toldOf(type: string, object: Shape, isWhole: boolean): Told {
  const { metadata } = object;
  const isObject = type !== "BOOKMARK" && type !== "ERROR";
  return {
    type,
    key: isObject ? `${metadata.namespace}/${metadata.name}` : "",
    revision: Number(metadata.resourceVersion ?? 0),
    value: isObject && isWhole ? valueOf(object) : "",
    endsInitial: metadata.annotations?.["k8s.io/initial-events-end"] === "true",
    isLast: metadata.labels?.["last"] === "yes",
    code: type === "ERROR" ? object.code : undefined,
  };
}

/** What one connection told after its start. */
export interface Recorded {
  readonly after: number;
  readonly items: ReceivedItem[];
}

/** The state that a streaming list showed, and the revision that it said it was of. */
export interface Initial {
  readonly revision: number;
  readonly state: ReadonlyMap<string, string>;
}

interface Options {
  readonly path: string;
  readonly writing: Writing;
  /** Whether to hang up after this many events. */
  readonly hangUp: (events: number) => boolean;
}

/** Follows a collection through any number of connections until its last event. */
export class Follower {
  readonly recorded: Recorded[] = [];
  readonly initials: Initial[] = [];
  expired = 0;
  readonly #client: WireClient;
  readonly #options: Options;
  #state = new Map<string, string>();
  #revision: number | undefined;

  constructor(client: WireClient, options: Options) {
    this.#client = client;
    this.#options = options;
  }

  async run(): Promise<void> {
    while (!(await this.#connect()));
  }

  /** True when the last event has come. */
  async #connect(): Promise<boolean> {
    const { path, writing, hangUp } = this.#options;
    const start =
      this.#revision === undefined
        ? "sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
        : `resourceVersion=${this.#revision}`;
    const query = `watch=1&allowWatchBookmarks=true&includeObject=Object&timeoutSeconds=120&${start}`;
    const url = `${path}${path.includes("?") ? "&" : "?"}${query}`;
    const stream = await this.#client.open("GET", url, { accept: ACCEPT[writing] });
    if (stream.status !== 200) throw new Error(`${url} answered ${stream.status}`);
    let current = this.#revision === undefined ? undefined : this.#begin(this.#revision);
    let initial = new Map<string, string>();
    let count = 0;
    let sawLast = false;
    try {
      for await (const event of told(stream, writing)) {
        if (event.type === "ERROR") return this.#failed(event);
        if (current === undefined) {
          if (event.type === "ADDED") {
            initial.set(event.key, event.value);
            sawLast ||= event.isLast;
          } else if (!event.endsInitial)
            throw new Error(`${event.type} came before the initial events ended`);
          else {
            this.initials.push({ revision: event.revision, state: initial });
            this.#state = new Map(initial);
            initial = new Map();
            current = this.#begin(event.revision);
            if (sawLast) return true;
          }
          continue;
        }
        this.#record(current, event);
        if (event.isLast) return true;
        if (hangUp(++count)) return false;
      }
    } finally {
      stream.close();
    }
    return false;
  }

  #failed({ code }: Told): boolean {
    if (code !== 410) throw new Error(`the watch ended with ${code}`);
    this.expired += 1;
    this.#revision = undefined;
    return false;
  }

  #begin(after: number): Recorded {
    const recorded: Recorded = { after, items: [] };
    this.recorded.push(recorded);
    this.#revision = after;
    return recorded;
  }

  #record({ items }: Recorded, { type, key, revision, value }: Told): void {
    this.#revision = revision;
    if (type === "BOOKMARK") {
      items.push({ type: "bookmark", revision });
      return;
    }
    const before = this.#state.get(key);
    // A DELETED event tells the last version itself.
    const previous = type === "DELETED" ? value : before;
    const created = type === "ADDED";
    const event = { key, revision, created, previous, value: type === "DELETED" ? undefined : value };
    items.push({ type: "events", events: [event] });
    if (type === "DELETED") this.#state.delete(key);
    else this.#state.set(key, value);
  }
}
