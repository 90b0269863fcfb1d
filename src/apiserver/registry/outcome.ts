/** What a verb hands to the responder, before any encoding is chosen. */
import type { KubeObject, Resource, Type } from "#api";
import type { ExchangeAnswer } from "#base/streams";
import type { Revision, StoredRecord } from "#store";
import type { FollowedCollection } from "./collection.ts";
import type { WatchFeed } from "./watch-feed.ts";
import type { Versioned } from "./records.ts";

/**
 * One object: a record (stored bytes serve as they are) or a plain object (dry run, virtual resource,
 * Status).
 */
export type Single =
  | { readonly record: Versioned }
  | { readonly object: unknown; readonly type?: Type; readonly columns?: Resource["columns"] };

/** Begins to follow, with objects in the form that `show` gives them. */
export type OpenCollection = (show: (object: KubeObject) => unknown) => FollowedCollection;

export type Outcome =
  | { readonly type: "single"; readonly status: number; readonly resource: Resource; readonly value: Single }
  | { readonly type: "list"; readonly resource: Resource; readonly page: Page }
  | { readonly type: "watch"; readonly resource: Resource; readonly feed: WatchFeed }
  /** A watch of a follower in this process. */
  | { readonly type: "followed"; readonly resource: Resource; readonly open: OpenCollection }
  /** Something that is served as it is. */
  | { readonly type: "text"; readonly status: number; readonly contentType: string; readonly text: string }
  /** Of a container: text, or the messages of a WebSocket. */
  | { readonly type: "log"; readonly answer: ExchangeAnswer }
  /** Another server's answer: a proxied page, a connection that has become something else. */
  | { readonly type: "relayed"; readonly answer: ExchangeAnswer };

/** One page of a list, from one snapshot. */
export interface Page {
  readonly records: readonly StoredRecord[];
  /** Undefined for what no store holds. */
  readonly revision: Revision | undefined;
  readonly continueToken: string | undefined;
  readonly remaining: number | undefined;
}

/** An object that is stored. */
export function stored(resource: Resource, record: Versioned, status = 200): Outcome {
  return { type: "single", status, resource, value: { record } };
}

/** An object that exists only in this answer. */
export function plain(resource: Resource, object: unknown, status = 200): Outcome {
  return { type: "single", status, resource, value: { object } };
}

/** The same for an object of another type than the resource's (a Scale, a TokenRequest). `columns`: what it prints. */
export function plainAs<T>(
  resource: Resource,
  type: Type<T>,
  object: unknown,
  { status = 200, columns }: { readonly status?: number; readonly columns?: Resource["columns"] } = {},
): Outcome {
  const printed = columns === undefined ? {} : { columns };
  return { type: "single", status, resource, value: { object, type: type as Type, ...printed } };
}

/** The Success status that deletes answer with. */
export function success(resource: Resource, object: KubeObject): Outcome {
  const { group, plural } = resource;
  const details = {
    name: object.metadata.name,
    ...(group === "" ? {} : { group }),
    kind: plural,
    uid: object.metadata.uid,
  };
  return plain(resource, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details });
}
