/**
 * Snapshots at older revisions. Inside the ring a kept tree is rolled back by the events since, which holds no
 * version alive that the ring does not hold; before it, the journal rebuilds the state.
 */
import type { Clock } from "#base";
import type { EventRing } from "./event-ring.ts";
import type { Journal } from "./journal.ts";
import { limits } from "./limits.ts";
import { type RecordTree, revertEvent, TreeSnapshot } from "./record-tree.ts";
import type { Revision } from "./store.ts";

export class SnapshotHistory {
  readonly #clock: Clock;
  readonly #journal: Journal;
  /** Ascending by revision; each at most `checkpointEvents` apart. */
  #checkpoints: TreeSnapshot[] = [];
  #lastPlace = 0;
  /** Most recently used last. */
  #recent: TreeSnapshot[] = [];
  #fromJournal: TreeSnapshot[] = [];

  constructor(clock: Clock, journal: Journal) {
    this.#clock = clock;
    this.#journal = journal;
  }

  /** After each publish: keeps a tree now and then, and lets go of those that the ring has passed. */
  published(head: () => TreeSnapshot, ring: EventRing): void {
    if (ring.end - this.#lastPlace >= limits.checkpointEvents) {
      this.#lastPlace = ring.end;
      this.#checkpoints.push(head());
    }
    const oldest = this.#checkpoints[0];
    if (oldest !== undefined && oldest.revision < ring.base) {
      this.#checkpoints = this.#checkpoints.filter(({ revision }) => revision >= ring.base);
    }
    if (this.#recent.length > 0 && this.#recent.some(({ revision }) => revision < ring.base)) {
      this.#recent = this.#recent.filter(({ revision }) => revision >= ring.base);
    }
  }

  compact(revision: Revision): void {
    this.#fromJournal = this.#fromJournal.filter((snapshot) => snapshot.revision >= revision);
  }

  /** For a new ring: the old one's places mean nothing any more. */
  reset(): void {
    this.#checkpoints = [];
    this.#recent = [];
    this.#fromJournal = [];
    this.#lastPlace = 0;
  }

  /** `revision` is between what is compacted and the head. */
  async at(revision: Revision, head: TreeSnapshot, ring: EventRing): Promise<TreeSnapshot> {
    const kept = use(this.#recent, revision) ?? use(this.#fromJournal, revision);
    if (kept !== undefined) return kept;
    if (revision >= ring.base) {
      const snapshot = this.#rollBack(revision, head, ring);
      keep(this.#recent, snapshot, limits.recentSnapshots);
      return snapshot;
    }
    const { tree } = await this.#journal.stateAt(revision);
    await this.#shareRecords(tree, head);
    const snapshot = new TreeSnapshot(tree, revision);
    keep(this.#fromJournal, snapshot, limits.journalSnapshots);
    return snapshot;
  }

  /** Replaces records that the head still has by the head's, so that a state from the journal costs only what changed. */
  async #shareRecords(tree: RecordTree, head: TreeSnapshot): Promise<void> {
    let count = 0;
    for (const record of tree.clone().values()) {
      const current = head.get(record.key);
      if (current?.modRevision === record.modRevision) tree.set(record.key, current);
      count += 1;
      if (count % limits.recordsPerTurn === 0) await this.#clock.yield();
    }
  }

  #rollBack(revision: Revision, head: TreeSnapshot, ring: EventRing): TreeSnapshot {
    let start = head;
    for (const candidate of [...this.#checkpoints, ...this.#recent]) {
      if (candidate.revision >= revision && candidate.revision < start.revision) start = candidate;
    }
    const tree = start.tree();
    const first = ring.firstAfter(revision);
    for (let place = ring.firstAfter(start.revision) - 1; place >= first; place -= 1) {
      revertEvent(tree, ring.at(place));
    }
    return new TreeSnapshot(tree, revision);
  }
}

function use(kept: TreeSnapshot[], revision: Revision): TreeSnapshot | undefined {
  const at = kept.findIndex((snapshot) => snapshot.revision === revision);
  const found = kept[at];
  if (found === undefined) return undefined;
  kept.splice(at, 1);
  kept.push(found);
  return found;
}

function keep(kept: TreeSnapshot[], snapshot: TreeSnapshot, most: number): void {
  kept.push(snapshot);
  if (kept.length > most) kept.shift();
}
