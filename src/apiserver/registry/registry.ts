/**
 * What the verb functions share: the store, the records, the plug-in chains and the commit that every write
 * ends in. One registry serves every resource; a verb is a function of the registry and a request.
 */
import type { Env } from "#base";
import { type KubeObject, type Resource, internal } from "#api";
import type { CommitResult, Revision, Store, Txn, Write } from "#store";
import type { Admission } from "../admission/admission.ts";
import { isInProcess } from "../answers.ts";
import type { AuthorizerChain } from "../authz/chain.ts";
import { type Catalog, isStorageVersion } from "../catalog.ts";
import { MAX_WRITE_ATTEMPTS } from "../limits.ts";
import type { Behaviours } from "../resources/behaviour.ts";
import type { Laps } from "../laps.ts";
import type { Turns } from "../turns.ts";
import type { Lanes } from "./lanes.ts";
import type { ManagedFieldsTracker } from "./managed-fields.ts";
import type { Objects } from "./objects.ts";
import type { Records, Versioned } from "./records.ts";
import type { ResourceRequest } from "./resource-request.ts";
import type { ValueIndexes } from "./value-indexes.ts";
import type { Views } from "./views.ts";

export interface Registry {
  readonly env: Env;
  readonly store: Store;
  readonly catalog: Catalog;
  readonly records: Records;
  readonly views: Views;
  readonly objects: Objects;
  readonly admission: Admission;
  /** Asked again where a request does more than its verb says. */
  readonly authorizers: AuthorizerChain;
  readonly behaviours: Behaviours;
  readonly fields: ManagedFieldsTracker;
  readonly lanes: Lanes;
  readonly turns: Turns;
  readonly laps: Laps;
  readonly indexes: ValueIndexes;
}

/** Checks and writes that go with an object's own (allocations, a namespace's first objects). */
export interface Extra {
  readonly checks: Txn["checks"];
  readonly writes: readonly Write[];
  /** Writes of a resource that `writes` has one of already: each commits before, and is undone if the rest fails. */
  readonly before?: readonly Reservation[];
  /** Such keys that go, each after the rest and only while it is as it was. */
  readonly after?: Txn["checks"];
}

/** A write that must not be lost when what it is for fails. */
export interface Reservation {
  readonly write: Write;
  /** The revision that it replaces; 0: the key must be new. */
  readonly modRevision: number;
  readonly undo: Write;
}

export function joined(...extras: readonly Extra[]): Extra {
  if (extras.every((extra) => extra === NOTHING_EXTRA)) return NOTHING_EXTRA;
  return {
    checks: extras.flatMap(({ checks }) => checks),
    writes: extras.flatMap(({ writes }) => writes),
    before: extras.flatMap(({ before = [] }) => before),
    after: extras.flatMap(({ after = [] }) => after),
  };
}

export const NOTHING_EXTRA: Extra = { checks: [], writes: [] };

/** What one attempt of a write wants to do. */
export type Attempt<T> =
  | { readonly type: "answer"; readonly value: T }
  | {
      readonly type: "commit";
      readonly txn: Txn;
      readonly extra?: Extra;
      readonly done: (revision: Revision) => T;
    };

/**
 * The compare-and-swap loop. `attempt` decides from pending state and may run again; `seen` collects the
 * revisions that it looked at. Neither a refusal nor an answer leaves before all that it saw is durable.
 */
export async function commitLoop<T>(
  registry: Registry,
  attempt: (seen: Seen, tries: number) => Promise<Attempt<T>>,
): Promise<T> {
  let leave: (() => void) | undefined;
  try {
    for (let tries = 1; tries <= MAX_WRITE_ATTEMPTS; tries++) {
      const seen = new Seen(registry.store);
      let decision: Attempt<T>;
      try {
        decision = await attempt(seen, tries);
      } catch (error) {
        await seen.settled();
        throw error;
      }
      if (decision.type === "answer") {
        await seen.settled();
        return decision.value;
      }
      const result = await commitAll(registry.store, decision.txn, decision.extra);
      if (result.committed) return decision.done(result.revision);
      leave ??= await registry.lanes.enter(result.conflict);
    }
  } finally {
    leave?.();
  }
  throw internal(`a write lost ${MAX_WRITE_ATTEMPTS} races in a row`);
}

function commitAll(store: Store, txn: Txn, extra: Extra = NOTHING_EXTRA): Promise<CommitResult> {
  const isOne = extra.before === undefined && extra.after === undefined;
  return isOne ? store.commit(txn) : commitInTurn(store, txn, extra);
}

/** A transaction with what cannot be in it, since it never writes two keys of one resource. */
async function commitInTurn(store: Store, txn: Txn, extra: Extra): Promise<CommitResult> {
  const undo: Txn[] = [];
  let result: CommitResult | undefined;
  for (const { write, modRevision, undo: back } of extra.before ?? []) {
    const { key } = write;
    result = await store.commit({ checks: [{ key, modRevision }], writes: [write] });
    if (!result.committed) break;
    undo.push({ checks: [{ key, modRevision: result.revision }], writes: [back] });
  }
  if (result?.committed !== false) result = await store.commit(txn);
  const gone = (extra.after ?? []).map((check): Txn => {
    return { checks: [check], writes: [{ type: "delete", key: check.key }] };
  });
  for (const one of result.committed ? gone : undo) await store.commit(one);
  return result;
}

/** Reads of pending state, and the revision that they stand on. */
export class Seen {
  readonly #store: Store;
  #revision: Revision;

  constructor(store: Store) {
    this.#store = store;
    this.#revision = store.revision;
  }

  read(key: string): Versioned | undefined {
    const { record, seen } = this.#store.pending(key);
    if (seen > this.#revision) this.#revision = seen;
    return record;
  }

  settled(): Promise<void> {
    return this.#store.settled(this.#revision);
  }
}

/** The put of an object; `record` is what it will be once committed at `revision`. */
export function putOf(registry: Registry, resource: Resource, key: string, object: KubeObject): PreparedPut {
  const encoded = registry.records.encode(resource, object);
  const ttl = resource.storage?.ttlSeconds;
  return {
    write: { type: "put", key, ...encoded, ...(ttl === undefined ? {} : { leaseSeconds: ttl }) },
    record: (revision) => ({ key, ...encoded, modRevision: revision }),
  };
}

/**
 * The record of a put that has committed: the store's own, when it is the newest still. For a caller in
 * this process the object comes along, so that nobody decodes what was just encoded.
 */
export function committed(
  registry: Registry,
  request: ResourceRequest,
  put: PreparedPut,
  object: KubeObject,
  revision: Revision,
): Versioned {
  const made = put.record(revision);
  if (!isInProcess(request.call) || !isStorageVersion(request.resource)) return made;
  const newest = registry.store.snapshot().get(made.key);
  const record = newest?.modRevision === revision ? newest : made;
  registry.records.adopt(record, object);
  return record;
}

export interface PreparedPut {
  readonly write: Write;
  record(revision: Revision): Versioned;
}
