/**
 * Does what a watcher received hold the nine guarantees of a watch (etcd's API guarantees)? The log is the
 * truth; the watcher recorded batches as they came, with bookmarks between.
 */
import { KeyVersions, type LoggedEvent, type Violation } from "./history.ts";

export type WatchRule =
  /** Only events that the watch asked for. */
  | "filtered"
  /** Revisions do not decrease. */
  | "ordered"
  /** No event twice. */
  | "unique"
  /** The events of a revision come together and whole. */
  | "atomic"
  /** After a bookmark nothing at or before its revision comes. */
  | "bookmarkable"
  /** Nothing between the revision asked for and the first event is missing. */
  | "resumable"
  /** An event says whether it creates its key. */
  | "creation-flagged"
  /** Nothing between two events, or before a bookmark, is missing; and every event happened. */
  | "reliable"
  /** An event carries the value that it replaced. */
  | "previous-value";

/** An event as a watcher got it. */
export interface ReceivedEvent extends LoggedEvent {
  readonly created: boolean;
  /** The value before; undefined for none. */
  readonly previous: string | undefined;
}

export type ReceivedItem =
  | { readonly type: "events"; readonly events: readonly ReceivedEvent[] }
  | { readonly type: "bookmark"; readonly revision: number };

/** One watch, from its request to its last item. */
export interface WatchHistory {
  /** The revision asked for: events after it. */
  readonly after: number;
  /** Whether the watch asked for an event; `previous` is the value before. */
  readonly selects: (event: LoggedEvent, previous: string | undefined) => boolean;
  readonly items: readonly ReceivedItem[];
}

type Violations = Violation<WatchRule>[];

/** All violations; empty when the history holds. A watch may end anywhere, but not inside a revision. */
export function checkWatch(
  history: WatchHistory,
  log: readonly LoggedEvent[],
): readonly Violation<WatchRule>[] {
  const violations: Violations = [];
  const versions = new KeyVersions(log);
  const received = history.items.flatMap((item) => (item.type === "events" ? item.events : []));
  const identities = new Set<string>();
  const logged = new Map(log.map((event) => [identity(event), event]));
  for (const event of received) {
    const id = identity(event);
    if (identities.has(id)) violations.push({ rule: "unique", message: `${id} came twice` });
    identities.add(id);
    checkEvent(event, history, { versions, logged }, violations);
  }
  checkOrder(history, violations);
  checkMissing(history, log, versions, identities, violations);
  return violations;
}

interface Truth {
  readonly versions: KeyVersions;
  readonly logged: ReadonlyMap<string, LoggedEvent>;
}

function checkEvent(event: ReceivedEvent, history: WatchHistory, truth: Truth, violations: Violations): void {
  const id = identity(event);
  const actual = truth.logged.get(id);
  if (actual === undefined || actual.value !== event.value) {
    violations.push({ rule: "reliable", message: `${id} never happened so` });
    return;
  }
  const previous = truth.versions.at(event.key, event.revision - 1)?.value;
  if (event.revision <= history.after || !history.selects(event, previous)) {
    violations.push({ rule: "filtered", message: `${id} was not asked for` });
  }
  if (event.created !== (event.value !== undefined && previous === undefined)) {
    violations.push({ rule: "creation-flagged", message: `${id} says that created is ${event.created}` });
  }
  if (event.previous !== previous) {
    violations.push({
      rule: "previous-value",
      message: `${id} came with ${event.previous}, not ${previous}`,
    });
  }
}

/** Order, bookmarks, and that no revision is spread over two batches. */
function checkOrder(history: WatchHistory, violations: Violations): void {
  let newest = history.after;
  let bookmark = 0;
  let lastOfBatch = 0;
  for (const item of history.items) {
    if (item.type === "bookmark") {
      bookmark = Math.max(bookmark, item.revision);
      continue;
    }
    for (const event of item.events) {
      if (event.revision < newest) {
        violations.push({ rule: "ordered", message: `${identity(event)} came after revision ${newest}` });
      }
      if (event.revision <= bookmark) {
        violations.push({
          rule: "bookmarkable",
          message: `${identity(event)} came after bookmark ${bookmark}`,
        });
      }
      if (event.revision === lastOfBatch) {
        violations.push({ rule: "atomic", message: `Revision ${event.revision} came in two batches` });
      }
      newest = Math.max(newest, event.revision);
    }
    lastOfBatch = item.events[item.events.length - 1]?.revision ?? lastOfBatch;
  }
}

/** Everything selected up to the newest event or bookmark must have come. */
function checkMissing(
  history: WatchHistory,
  log: readonly LoggedEvent[],
  versions: KeyVersions,
  identities: ReadonlySet<string>,
  violations: Violations,
): void {
  const revisions = history.items.flatMap((item) =>
    item.type === "events" ? item.events.map(({ revision }) => revision) : [item.revision],
  );
  const received = new Set(
    history.items.flatMap((item) =>
      item.type === "events" ? item.events.map(({ revision }) => revision) : [],
    ),
  );
  const through = Math.max(history.after, ...revisions);
  const first = Math.min(...received);
  for (const event of log) {
    if (event.revision <= history.after || event.revision > through || identities.has(identity(event)))
      continue;
    if (!history.selects(event, versions.at(event.key, event.revision - 1)?.value)) continue;
    const rule = received.has(event.revision) ? "atomic" : event.revision < first ? "resumable" : "reliable";
    violations.push({ rule, message: `${identity(event)} is missing` });
  }
}

function identity({ key, revision }: LoggedEvent): string {
  return `${key}@${revision}`;
}
