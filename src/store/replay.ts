/**
 * Events older than the ring, read from the journal for a cursor that is behind. It walks a tree along with the
 * commits, since an event needs the version before it.
 */
import type { Filter } from "./channels.ts";
import type { JournalCommit, JournalState } from "./journal.ts";
import { applyEvent, type RecordTree } from "./record-tree.ts";
import type { Revision, StoreEvent } from "./store.ts";
import { matchesEvent } from "./watch-filter.ts";

/** The part of the history that a replay reads. */
export interface PastReader {
  stateAt(revision: Revision): Promise<Pick<JournalState, "tree">>;
  commitsAfter(after: Revision, limit: number): Promise<readonly JournalCommit[]>;
}

export class Replay {
  readonly #past: PastReader;
  readonly #filter: Filter;
  readonly #limit: number;
  #tree: RecordTree | undefined;
  #through: Revision;

  constructor(past: PastReader, filter: Filter, after: Revision, limit: number) {
    this.#past = past;
    this.#filter = filter;
    this.#through = after;
    this.#limit = limit;
  }

  /** Every matching event up to here has been returned. */
  get through(): Revision {
    return this.#through;
  }

  /** The next matching events, whole revisions; perhaps none of those that were read matches. */
  async next(): Promise<readonly StoreEvent[]> {
    this.#tree ??= (await this.#past.stateAt(this.#through)).tree;
    const commits = await this.#past.commitsAfter(this.#through, this.#limit);
    const matching: StoreEvent[] = [];
    for (const commit of commits) {
      for (const event of eventsOf(this.#tree, commit)) {
        applyEvent(this.#tree, event);
        if (matchesEvent(this.#filter, event)) matching.push(event);
      }
      this.#through = commit.revision;
    }
    return matching;
  }
}

/** What a commit does to `tree`, which it does not change. A key is in a commit once. */
export function eventsOf(tree: RecordTree, commit: JournalCommit): readonly StoreEvent[] {
  const events: StoreEvent[] = [];
  for (const entry of commit.entries) {
    if (entry.type === "put") {
      const previous = tree.get(entry.record.key);
      events.push({ type: "put", revision: commit.revision, record: entry.record, previous });
      continue;
    }
    const previous = tree.get(entry.key);
    if (previous === undefined) continue;
    const record = { ...previous, modRevision: commit.revision };
    events.push({ type: "delete", revision: commit.revision, record, previous });
  }
  return events;
}
