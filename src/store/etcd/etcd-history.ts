/**
 * What etcd tells of the past and the present: the state at a revision, the commits of a watch, and where history
 * begins. Keys are those of one namespace and prefix; other programs' commits have a revision and no entries.
 */
import { Buffer } from "node:buffer";
import { StoreError } from "../errors.ts";
import type { Describe, JournalCommit, JournalEntry } from "../journal.ts";
import { type RecordTree, SortedMap } from "../record-tree.ts";
import type { Revision, StoredRecord } from "../store.ts";
import type { EtcdClient, WatchResponse } from "./etcd-client-node.ts";
import { deleteEvent, type keyValue } from "./messages.ts";
import type { Decoded } from "#base/rpc";

type KeyValue = Decoded<typeof keyValue>;

/** Keys read at a time. */
const pageKeys = 1_000;

/** As a key and as the end of a range: the first key there is, and "to the end". */
export const wholeSpace = Uint8Array.of(0);

/** The store's keys as etcd's. */
export class EtcdKeys {
  readonly #namespace: string;
  readonly #prefix: string;

  constructor(namespace: string, prefix: string) {
    this.#namespace = namespace;
    this.#prefix = prefix;
  }

  /** Every key of the store, as a range. */
  get range(): { readonly key: Uint8Array; readonly rangeEnd: Uint8Array } {
    const key = this.bytesOf(this.#prefix);
    return { key, rangeEnd: endOfPrefix(key) };
  }

  /** A key that nobody writes. */
  get unused(): Uint8Array {
    return this.bytesOf("\0");
  }

  bytesOf(key: string): Uint8Array {
    return Buffer.from(this.#namespace + key, "utf8");
  }

  /** Undefined for a key of somebody else. */
  keyOf(bytes: Uint8Array): string | undefined {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
    return key.startsWith(this.#namespace + this.#prefix) ? key.slice(this.#namespace.length) : undefined;
  }
}

/** Reads through a client; errors are the client's. */
export class EtcdHistory {
  readonly #client: EtcdClient;
  readonly #keys: EtcdKeys;
  readonly #describe: Describe;

  constructor(client: EtcdClient, keys: EtcdKeys, describe: Describe) {
    this.#client = client;
    this.#keys = keys;
    this.#describe = describe;
  }

  /** All keys of the store at a revision, 0 for the newest. */
  async stateAt(at: Revision): Promise<{ tree: RecordTree; revision: Revision }> {
    const tree: RecordTree = new SortedMap();
    const { key: first, rangeEnd } = this.#keys.range;
    let key = first;
    let revision: number = at;
    for (;;) {
      const page = await this.#client.range({ key, rangeEnd, limit: pageKeys, revision });
      if (revision === 0) revision = page.header?.revision ?? 0;
      for (const kv of page.kvs) {
        const record = this.#recordOf(kv);
        tree.set(record.key, record);
      }
      const last = page.kvs[page.kvs.length - 1];
      if (!page.more || last === undefined) return { tree, revision: revision as Revision };
      key = Buffer.concat([last.key, wholeSpace]);
    }
  }

  /** A watch from the beginning is refused with the revision that history begins at. */
  compactedRevision(): Promise<Revision> {
    const { promise, resolve, reject } = Promise.withResolvers<Revision>();
    // Nobody writes that key: nothing but the answer comes.
    const key = this.#keys.unused;
    const stop = this.#client.watch(key, new Uint8Array(0), 1, {
      response: (response) => {
        if (response.canceled && response.compactRevision === 0) reject(refusedWatch(response));
        // "Created" comes first even when the refusal follows: the next answer decides.
        else if (response.canceled) resolve(response.compactRevision as Revision);
        else if (response.created) void this.#settleProbe(key, resolve, reject);
      },
      ended: reject,
    });
    return promise.finally(stop);
  }

  /** History seems whole; asking for revision 1 proves it. */
  async #settleProbe(key: Uint8Array, whole: (revision: Revision) => void, failed: (error: unknown) => void) {
    try {
      await this.#client.range({ key, revision: 1 });
      whole(1 as Revision);
    } catch (error) {
      // Compacted: the watch's own refusal is under way and carries the number.
      if (!(error instanceof StoreError) || error.code !== "compacted") failed(error);
    }
  }

  /** Commits after `after` by a watch of its own, until `limit` of them or the revision `until`. */
  commitsAfter(after: Revision, until: Revision, limit: number): Promise<readonly JournalCommit[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly JournalCommit[]>();
    const commits: JournalCommit[] = [];
    const stop = this.#client.watch(wholeSpace, wholeSpace, after + 1, {
      response: (response) => {
        if (response.canceled) {
          reject(
            response.compactRevision > 0 ? compactedAt(response.compactRevision) : refusedWatch(response),
          );
          return;
        }
        commits.push(...this.commitsOf(response, after).filter(({ revision }) => revision <= until));
        const last = commits[commits.length - 1];
        if (last !== undefined && (commits.length >= limit || last.revision >= until)) resolve(commits);
      },
      ended: reject,
    });
    return promise.finally(stop);
  }

  /** The commits after `after` in a watch's answer; those of other programs' keys have no entries. */
  commitsOf(response: WatchResponse, after: number): readonly JournalCommit[] {
    const commits: { revision: Revision; entries: JournalEntry[] }[] = [];
    for (const { type, kv } of response.events) {
      if (kv === undefined || kv.modRevision <= after) continue;
      const revision = kv.modRevision as Revision;
      let commit = commits[commits.length - 1];
      if (commit?.revision !== revision) {
        commit = { revision, entries: [] };
        commits.push(commit);
      }
      const key = this.#keys.keyOf(kv.key);
      if (key === undefined) continue;
      commit.entries.push(
        type === deleteEvent ? { type: "delete", key } : { type: "put", record: this.#recordOf(kv) },
      );
    }
    return commits;
  }

  #recordOf(kv: KeyValue): StoredRecord {
    const key = this.#keys.keyOf(kv.key);
    if (key === undefined) {
      throw new StoreError("failed", "etcd returned a key outside the range asked for");
    }
    const { value, version } = kv;
    const [createRevision, modRevision] = [kv.createRevision as Revision, kv.modRevision as Revision];
    return { key, value, index: this.#describe(key, value), createRevision, modRevision, version };
  }
}

/** An end of a watch that is no compaction. */
export function refusedWatch(response: WatchResponse): StoreError {
  return new StoreError("unavailable", `etcd refused the watch: ${response.cancelReason}`);
}

function compactedAt(revision: number): StoreError {
  return new StoreError("compacted", `etcd was compacted at revision ${revision}`);
}

/** The first key after all that begin with `prefix`. */
function endOfPrefix(prefix: Uint8Array): Uint8Array {
  const end = Uint8Array.from(prefix);
  const last = end.length - 1;
  end[last] = (end[last] ?? 0) + 1;
  return end;
}
