/**
 * Are recorded operations linearizable, and do their revisions tell the order? A revision is a witness of the
 * order, so the check is no search: each operation must fit the log at its revision, and revisions must agree
 * with real time. An operation could have taken effect at a revision in its window:
 *
 *   newest revision of what had returned when it was invoked  <=  r  <  oldest of what was invoked after it returned
 */
import {
  KeyVersions,
  type LoggedEvent,
  type Operation,
  type RecordedCommit,
  type Violation,
} from "./history.ts";

export type CommitRule =
  /** Two transactions have one revision. */
  | "revision-unique"
  /** A later operation has an older revision. */
  | "revision-order"
  /** An acknowledged write is not in the log, or is other than acknowledged. */
  | "lost-write"
  /** The log has a write that nobody made, or that was refused. */
  | "phantom-write"
  /** A transaction was committed although a check did not hold. */
  | "ignored-check"
  /** A transaction was refused although its checks held all the time. */
  | "false-conflict"
  /** A read answered what was not so at its revision. */
  | "wrong-read"
  /** A read missed what was acknowledged before it, or saw what had not happened. */
  | "stale-read";

export interface CommitHistory {
  readonly operations: readonly Operation[];
  readonly log: readonly LoggedEvent[];
  /** Nobody else writes: every event of the log is of a recorded operation. Default true. */
  readonly complete?: boolean;
}

type Violations = Violation<CommitRule>[];

/** All violations, in the order of the rules; empty when the history holds. */
export function checkCommits(history: CommitHistory): readonly Violation<CommitRule>[] {
  const violations: Violations = [];
  const versions = new KeyVersions(history.log);
  const byRevision = groupByRevision(history.log);
  const windows = new Windows(history.operations, resolveUnknown(history.operations, byRevision));
  checkUnique(history.operations, violations);
  for (const operation of history.operations) {
    const window = windows.of(operation);
    if (operation.type === "read") {
      const actual = versions.at(operation.key, operation.revision);
      const { found } = operation;
      if (actual?.modRevision !== found?.modRevision || actual?.value !== found?.value) {
        violations.push({
          rule: "wrong-read",
          message: `${show(operation)}: the log has ${JSON.stringify(actual)}`,
        });
      }
      if (operation.stale !== true)
        requireWindow(operation, operation.revision, window, "stale-read", violations);
    } else {
      checkCommit(operation, { window, versions, byRevision }, violations);
    }
  }
  if (history.complete !== false) checkPhantoms(history, byRevision, violations);
  return violations;
}

interface Window {
  /** At least this. */
  readonly low: number;
  /** Less than this. */
  readonly high: number;
}

interface Truth {
  readonly window: Window;
  readonly versions: KeyVersions;
  readonly byRevision: ReadonlyMap<number, readonly LoggedEvent[]>;
}

function checkCommit(operation: RecordedCommit, truth: Truth, violations: Violations): void {
  const { outcome } = operation;
  if (outcome === "unknown") return;
  if (!outcome.committed) {
    if (!couldConflict(operation, outcome.conflict, truth)) {
      violations.push({ rule: "false-conflict", message: `${show(operation)}: the check held all the time` });
    }
    return;
  }
  const { revision } = outcome;
  if (operation.writes.length === 0) return;
  const { low, high } = truth.window;
  if (revision <= low || revision >= high) {
    violations.push({
      rule: "revision-order",
      message: `${show(operation)} is not between ${low} and ${high}`,
    });
  }
  if (!sameWrites(operation, truth.byRevision.get(revision) ?? [])) {
    violations.push({ rule: "lost-write", message: `${show(operation)} is not in the log as acknowledged` });
  }
  for (const { key, modRevision } of operation.checks) {
    const found = truth.versions.modRevisionAt(key, revision - 1);
    if (found === modRevision) continue;
    violations.push({
      rule: "ignored-check",
      message: `${show(operation)}: ${key} was at revision ${found}`,
    });
  }
}

/** Whether the check on `key` failed at some moment of the operation. */
function couldConflict(operation: RecordedCommit, key: string, { window, versions }: Truth): boolean {
  const check = operation.checks.find((candidate) => candidate.key === key);
  if (check === undefined) return false;
  const moments = [window.low, ...versions.changes(key, window.low, window.high - 1)];
  return moments.some((revision) => versions.modRevisionAt(key, revision) !== check.modRevision);
}

function requireWindow(
  operation: Operation,
  revision: number,
  window: Window,
  rule: CommitRule,
  into: Violations,
) {
  if (revision >= window.low && revision < window.high) return;
  into.push({ rule, message: `${show(operation)} is not from ${window.low} to ${window.high - 1}` });
}

function checkUnique(operations: readonly Operation[], violations: Violations): void {
  const seen = new Map<number, Operation>();
  for (const operation of operations) {
    if (operation.type === "read" || operation.writes.length === 0) continue;
    if (operation.outcome === "unknown" || !operation.outcome.committed) continue;
    const { revision } = operation.outcome;
    const other = seen.get(revision);
    if (other !== undefined) {
      violations.push({ rule: "revision-unique", message: `${show(operation)} and ${show(other)}` });
    }
    seen.set(revision, operation);
  }
}

function checkPhantoms(
  history: CommitHistory,
  byRevision: Truth["byRevision"],
  violations: Violations,
): void {
  const acknowledged = new Set<number>();
  const unknown: RecordedCommit[] = [];
  for (const operation of history.operations) {
    if (operation.type === "read") continue;
    if (operation.outcome === "unknown") unknown.push(operation);
    else if (operation.outcome.committed) acknowledged.add(operation.outcome.revision);
  }
  for (const [revision, events] of byRevision) {
    if (acknowledged.has(revision)) continue;
    const at = unknown.findIndex((operation) => sameWrites(operation, events));
    if (at >= 0) unknown.splice(at, 1);
    else violations.push({ rule: "phantom-write", message: `Nobody wrote ${JSON.stringify(events)}` });
  }
}

/** Deleting a key that is absent leaves nothing in the log. */
function sameWrites(operation: RecordedCommit, events: readonly LoggedEvent[]): boolean {
  const left = new Map(events.map((event) => [event.key, event.value]));
  for (const { key, value } of operation.writes) {
    if (!left.has(key)) {
      if (value !== undefined) return false;
      continue;
    }
    if (left.get(key) !== value) return false;
    left.delete(key);
  }
  return left.size === 0;
}

function groupByRevision(log: readonly LoggedEvent[]): ReadonlyMap<number, readonly LoggedEvent[]> {
  const groups = new Map<number, LoggedEvent[]>();
  for (const event of log) {
    const group = groups.get(event.revision);
    if (group === undefined) groups.set(event.revision, [event]);
    else group.push(event);
  }
  return groups;
}

/** Commits without an answer that the log proves to have happened, where nothing else could be meant. */
function resolveUnknown(
  operations: readonly Operation[],
  byRevision: Truth["byRevision"],
): ReadonlyMap<Operation, number> {
  const commits = operations.filter(({ type }) => type === "commit");
  const acknowledged = new Set(commits.map(revisionOf));
  const open = [...byRevision].filter(([revision]) => !acknowledged.has(revision));
  const unknown = operations.filter(
    (operation) => operation.type === "commit" && operation.outcome === "unknown",
  );
  const resolved = new Map<Operation, number>();
  for (const [revision, events] of open) {
    const candidates = unknown.filter((operation) => sameWrites(operation as RecordedCommit, events));
    const [only] = candidates;
    if (only === undefined || candidates.length > 1) continue;
    const others = open.filter(([, other]) => sameWrites(only as RecordedCommit, other));
    if (others.length === 1) resolved.set(only, revision);
  }
  return resolved;
}

/** The revision that an operation proves to exist when it returns, if it tells one. */
function revisionOf(operation: Operation): number | undefined {
  if (operation.type === "read") return operation.stale === true ? undefined : operation.revision;
  if (operation.writes.length === 0 || operation.outcome === "unknown") return undefined;
  return operation.outcome.committed ? operation.outcome.revision : undefined;
}

interface Mark {
  readonly time: number;
  readonly revision: number;
}

class Windows {
  /** By time of return, with the newest revision up to it. */
  readonly #returned: readonly Mark[];
  /** Writes by time of call, latest first, with the oldest revision from it on. */
  readonly #invoked: readonly Mark[];

  constructor(operations: readonly Operation[], resolved: ReadonlyMap<Operation, number>) {
    const returned: Mark[] = [];
    const invoked: Mark[] = [];
    for (const operation of operations) {
      const revision = revisionOf(operation);
      const { returnedAt, invokedAt } = operation;
      if (revision !== undefined && returnedAt !== undefined) returned.push({ time: returnedAt, revision });
      const written = operation.type === "commit" ? (revision ?? resolved.get(operation)) : undefined;
      if (written !== undefined) invoked.push({ time: invokedAt, revision: written });
    }
    returned.sort((a, b) => a.time - b.time);
    invoked.sort((a, b) => b.time - a.time);
    this.#returned = running(returned, Math.max);
    this.#invoked = running(invoked, Math.min);
  }

  of(operation: Operation): Window {
    const before = lastWhere(this.#returned, ({ time }) => time < operation.invokedAt);
    const { returnedAt } = operation;
    const after =
      returnedAt === undefined ? undefined : lastWhere(this.#invoked, ({ time }) => time > returnedAt);
    return { low: before?.revision ?? 0, high: after?.revision ?? Number.POSITIVE_INFINITY };
  }
}

/** Each mark with the newest (or oldest) revision of all up to it. */
function running(marks: readonly Mark[], pick: (a: number, b: number) => number): readonly Mark[] {
  const result: Mark[] = [];
  for (const { time, revision } of marks) {
    result.push({ time, revision: pick(revision, result[result.length - 1]?.revision ?? revision) });
  }
  return result;
}

/** The last item of those at the beginning for which `holds`. */
function lastWhere<T>(items: readonly T[], holds: (item: T) => boolean): T | undefined {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return items[low - 1];
}

function show(operation: Operation): string {
  return JSON.stringify(operation);
}
