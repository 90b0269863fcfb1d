/**
 * LIST: one page of one snapshot. Pages of one list all read the revision of the first, so that a walk
 * through them is consistent; what is counted and sent is what was asked for.
 */
import type { Snapshot, StoredRecord } from "#store";
import { badRequest, escapeFieldValue } from "#api";
import { keyOf, rangeOf } from "./keys.ts";
import type { Outcome, Page } from "./outcome.ts";
import type { Registry } from "./registry.ts";
import type { ResourceRequest } from "./resource-request.ts";
import { type ListOptions, listOptions } from "./list-options.ts";
import { type Position, awaitRevision, decodeContinue, encodeContinue, snapshotAt } from "./revisions.ts";
import { Selection } from "./selection.ts";

/** Records looked at between two looks at the clock. */
const STRIDE = 256;

/** One page. */
export async function list(registry: Registry, request: ResourceRequest): Promise<Outcome> {
  const { info, resource } = request;
  const options = listOptions(info.query);
  const selection = selectionOf(registry, request);
  const position = options.continueToken === "" ? undefined : decodeContinue(options.continueToken);
  const snapshot = await snapshotOf(registry, request, options, position);
  // "Any" revision is answered whole, as upstream's cache does.
  const limit = options.revision === 0 && position === undefined ? 0 : options.limit;
  const page = await pageOf(registry, request, snapshot, selection, position?.start ?? "", limit);
  return { type: "list", resource, page };
}

/** The selectors of a request; a name on the path (`/watch/.../name`) is one more. Throws 400. */
export function selectionOf(registry: Registry, request: ResourceRequest): Selection {
  const { query, name } = request.info;
  const labels = query.get("labelSelector") ?? "";
  const of = (fields: string): Selection => new Selection(request.resource, registry.views, labels, fields);
  const selection = of(query.get("fieldSelector") ?? "");
  if (name === "" || selection.name === name) return selection;
  if (!selection.fields.matchesEverything)
    throw badRequest("fieldSelector metadata.name doesn't match requested name");
  return of(`metadata.name=${escapeFieldValue(name)}`);
}

async function snapshotOf(
  registry: Registry,
  request: ResourceRequest,
  { revision, match, limit }: ListOptions,
  position: Position | undefined,
): Promise<Snapshot> {
  const { store } = registry;
  if (position?.revision !== undefined) return snapshotAt(registry, position.revision, position.start);
  if (revision === undefined || position !== undefined) return store.latest(request.call);
  if (revision === 0) return store.snapshot();
  await awaitRevision(registry, revision, request.call.signal);
  if (match === "Exact" || (match === "" && limit > 0)) return snapshotAt(registry, revision);
  return store.snapshot();
}

async function pageOf(
  registry: Registry,
  request: ResourceRequest,
  snapshot: Snapshot,
  selection: Selection,
  start: string,
  limit: number,
): Promise<Page> {
  const { resource, info } = request;
  const prefix = rangeOf(resource, "").from;
  const scope = rangeOf(resource, info.namespace === "" ? (selection.namespace ?? "") : info.namespace);
  const range = narrowed(request, selection, scope);
  const from = start === "" || prefix + start < range.from ? range.from : prefix + start;
  const records: StoredRecord[] = [];
  let looked = 0;
  let next: StoredRecord | undefined;
  const candidates = registry.indexes.candidates(resource, selection, snapshot, { from, to: range.to });
  for (const record of candidates) {
    if (++looked % STRIDE === 0 && registry.turns.spent) await registry.turns.turn();
    if (!selection.matches(record)) continue;
    if (limit > 0 && records.length === limit) {
      next = record;
      break;
    }
    records.push(record);
  }
  if (next === undefined)
    return { records, revision: snapshot.revision, continueToken: undefined, remaining: undefined };
  const last = records[records.length - 1] as StoredRecord;
  const afterLast = `${last.key.slice(prefix.length)}\0`;
  const continueToken = encodeContinue({ revision: snapshot.revision, start: afterLast });
  const remaining = selection.everything ? snapshot.count(next.key, range.to) : undefined;
  return { records, revision: snapshot.revision, continueToken, remaining };
}

/** A selection by name within a known scope is a look-up of one key. */
function narrowed(
  request: ResourceRequest,
  selection: Selection,
  range: { from: string; to: string },
): { from: string; to: string } {
  const { resource, info } = request;
  const { name } = selection;
  if (name === undefined || (resource.namespaced && info.namespace === "")) return range;
  const key = keyOf(resource, info.namespace, name);
  return { from: key, to: `${key}\0` };
}
