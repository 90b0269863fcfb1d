/**
 * LIST: one page of one snapshot. Pages of one list all read the revision of the first, so that a walk
 * through them is consistent; what is counted and sent is what was asked for.
 */
import type { Snapshot, StoredRecord } from "#store";
import { badRequest } from "#api";
import { keyOf, rangeOf } from "./keys.ts";
import type { Outcome, Page } from "./outcome.ts";
import type { Registry } from "./registry.ts";
import type { ResourceRequest } from "./resource-request.ts";
import {
  awaitRevision,
  checkListOptions,
  decodeContinue,
  encodeContinue,
  requestedRevision,
  snapshotAt,
} from "./revisions.ts";
import { Selection } from "./selection.ts";

/** Records looked at between two looks at the clock. */
const STRIDE = 256;

/** One page. */
export async function list(registry: Registry, request: ResourceRequest): Promise<Outcome> {
  const { info, resource } = request;
  checkListOptions(info, false);
  const selection = selectionOf(registry, request);
  const limit = limitOf(info.query.get("limit"));
  const token = info.query.get("continue") ?? "";
  const position = token === "" ? { revision: undefined, start: "" } : decodeContinue(token);
  const snapshot = await snapshotOf(registry, request, position.revision, position.start, limit);
  const page = await pageOf(registry, request, snapshot, selection, position.start, limit);
  return { type: "list", resource, page };
}

/** The selectors of a request. Throws 400. */
export function selectionOf(registry: Registry, request: ResourceRequest): Selection {
  const { query } = request.info;
  const labels = query.get("labelSelector") ?? "";
  return new Selection(request.resource, registry.records, labels, query.get("fieldSelector") ?? "");
}

function limitOf(text: string | null): number {
  if (text === null || text === "") return 0;
  if (!/^-?[0-9]+$/.test(text))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Math.max(0, Number(text));
}

async function snapshotOf(
  registry: Registry,
  request: ResourceRequest,
  continued: Page["revision"] | undefined,
  start: string,
  limit: number,
): Promise<Snapshot> {
  const { query } = request.info;
  if (continued !== undefined) return snapshotAt(registry, continued, start);
  const wanted = requestedRevision(query.get("resourceVersion"));
  if (wanted === undefined || wanted === 0) return registry.store.snapshot();
  const match = query.get("resourceVersionMatch") ?? "";
  if (match === "Exact" || (match === "" && limit > 0)) return snapshotAt(registry, wanted, "");
  await awaitRevision(registry, wanted, request.signal);
  return registry.store.snapshot();
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
  for (const record of snapshot.range(from, range.to)) {
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
  const continueToken = encodeContinue(snapshot.revision, next.key.slice(prefix.length));
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
