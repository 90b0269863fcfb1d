/**
 * Calls from the same process: the user is given, bodies are plain JSON data, answers are shared read-only
 * data. They pass the same gate as sockets; only TLS, framing and text are left out.
 */
import { assert } from "#base";
import type { Answer, Call, WatchItem } from "./call.ts";
import type { FollowedCollection } from "./registry/collection.ts";
import type { User } from "./user.ts";

/** The client room's `ApiRequest`. */
export interface PlainRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly contentType?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A watch is answered with the collection itself. */
  readonly follow?: boolean;
}

/** The client room's `ApiAnswer`: `events` is present exactly when a watch was granted; a follower's are in `collection`. */
export type PlainAnswer =
  | {
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: unknown;
      readonly events?: undefined;
    }
  | {
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly events: AsyncIterable<readonly WatchItem[]>;
      readonly collection?: FollowedCollection;
    };

/** The call of an in-process user. */
export function plainCall(user: User, request: PlainRequest, signal: AbortSignal): Call {
  const headers = headersOf(request);
  return {
    method: request.method,
    target: request.path,
    header: (name) => headers.get(name),
    headers: (prefix) => [...headers].filter(([name]) => name.startsWith(prefix)),
    user,
    ...(request.follow === true ? { follow: true } : {}),
    remoteAddress: "",
    body: async () => ({ type: "data", data: request.body }),
    signal,
  };
}

/** The answer as the caller wants it. */
export function plainAnswer({ status, headers: all, body }: Answer): PlainAnswer {
  // Only relayed answers have lines that cannot be joined, and those to calls in process were joined.
  const headers = all as Readonly<Record<string, string>>;
  switch (body.type) {
    case "events":
      return { status, headers, events: body.events };
    case "followed":
      return { status, headers, events: noEvents(), collection: body.collection };
    case "data":
      return { status, headers, body: body.data };
    case "bytes":
      return { status, headers, body: Buffer.from(body.bytes).toString("utf8") };
    case "stream":
    case "upgraded":
      assert(false, "an in-process call was answered with a byte stream");
  }
}

async function* noEvents(): AsyncGenerator<never> {}

function headersOf(request: PlainRequest): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(request.headers ?? {})) headers.set(name.toLowerCase(), value);
  if (request.contentType !== undefined) headers.set("content-type", request.contentType);
  if (request.accept !== undefined) headers.set("accept", request.accept);
  return headers;
}
