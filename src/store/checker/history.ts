/**
 * What a run records, for the checkers: operations with the times of their call and answer, and the log, which is
 * the truth that a store tells afterwards (a watch from the beginning, or the journal read back).
 * Times are any numbers that grow, such as virtual milliseconds or a counter.
 */

export interface RecordedWrite {
  readonly key: string;
  /** Undefined deletes. */
  readonly value: string | undefined;
}

export interface RecordedCommit {
  readonly type: "commit";
  readonly invokedAt: number;
  /** Undefined when no answer came: the commit may have happened, or not, or later. */
  readonly returnedAt: number | undefined;
  readonly checks: readonly { readonly key: string; readonly modRevision: number }[];
  readonly writes: readonly RecordedWrite[];
  readonly outcome:
    | { readonly committed: true; readonly revision: number }
    | { readonly committed: false; readonly conflict: string }
    | "unknown";
}

export interface RecordedRead {
  readonly type: "read";
  readonly invokedAt: number;
  readonly returnedAt: number;
  readonly key: string;
  /** The revision of the snapshot that answered. */
  readonly revision: number;
  readonly found: { readonly modRevision: number; readonly value: string } | undefined;
  /** The caller asked for an old revision: it need not be recent. */
  readonly stale?: boolean;
}

export type Operation = RecordedCommit | RecordedRead;

/** One write of the log; those of one transaction share the revision. Ascending by revision. */
export interface LoggedEvent extends RecordedWrite {
  readonly revision: number;
}

/** A broken promise: which one, and the proof. */
export interface Violation<Rule extends string> {
  readonly rule: Rule;
  readonly message: string;
}

/** The versions of each key in order of revision, as the log tells them. */
export class KeyVersions {
  readonly #byKey = new Map<string, LoggedEvent[]>();

  constructor(log: readonly LoggedEvent[]) {
    for (const event of log) {
      const versions = this.#byKey.get(event.key);
      if (versions === undefined) this.#byKey.set(event.key, [event]);
      else versions.push(event);
    }
  }

  /** The value and revision of a live key after `revision`. */
  at(key: string, revision: number): { readonly modRevision: number; readonly value: string } | undefined {
    const event = this.#lastAt(key, revision);
    return event?.value === undefined ? undefined : { modRevision: event.revision, value: event.value };
  }

  modRevisionAt(key: string, revision: number): number {
    return this.at(key, revision)?.modRevision ?? 0;
  }

  /** Revisions in (after, through] at which the key changed. */
  changes(key: string, after: number, through: number): readonly number[] {
    const versions = this.#byKey.get(key) ?? [];
    return versions
      .map(({ revision }) => revision)
      .filter((revision) => revision > after && revision <= through);
  }

  #lastAt(key: string, revision: number): LoggedEvent | undefined {
    const versions = this.#byKey.get(key) ?? [];
    let low = 0;
    let high = versions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((versions[middle] as LoggedEvent).revision <= revision) low = middle + 1;
      else high = middle;
    }
    return versions[low - 1];
  }
}
