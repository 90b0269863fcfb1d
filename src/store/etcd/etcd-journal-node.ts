/**
 * etcd as the journal: etcd compares, numbers and keeps. Everything that changes the tree comes through one
 * watch over the whole key space, so that every revision arrives, other programs' too; a broken watch resumes
 * after the last revision seen, and starts over (`reset`) when that was compacted meanwhile.
 */
import { Buffer } from "node:buffer";
import type { Env } from "#base";
import { StoreError } from "../errors.ts";
import type { Describe, JournalCommit, JournalEntry, JournalHost, JournalState } from "../journal.ts";
import type { Recovered, SharedJournal, SharedResult } from "../journal.ts";
import { Leases } from "../leases.ts";
import { type RecordTree, SortedMap } from "../record-tree.ts";
import type { Revision, StoredRecord, Txn } from "../store.ts";
import type { EtcdAddress, EtcdClient, WatchResponse } from "./etcd-client-node.ts";
import { LeasePool } from "./lease-pool.ts";
import { compareModRevision, deleteEvent, type keyValue, type operation } from "./messages.ts";
import type { Decoded, Given } from "./wire.ts";

export interface EtcdJournalOptions extends EtcdAddress {
  /** Put before every key, so that clusters can share one etcd. Default none, as upstream. */
  readonly namespace?: string;
  /** Only keys that begin so are the store's. Default `/registry/`. */
  readonly prefix?: string;
}

type KeyValue = Decoded<typeof keyValue>;

/** Keys read at a time. */
const pageKeys = 1_000;
const wholeSpace = Uint8Array.of(0);
const longestPauseMs = 2_000;

/** Connects on `open`; `commit` rejects with `unavailable` when the outcome is unknown. */
export class EtcdJournal implements SharedJournal {
  readonly kind = "shared";
  readonly #env: Env;
  readonly #options: EtcdJournalOptions;
  #connected: EtcdClient | undefined;
  readonly #leases: LeasePool;
  readonly #namespace: string;
  readonly #prefix: string;
  #host: JournalHost | undefined;
  #describe: Describe | undefined;
  /** The newest revision handed over. */
  #revision = 0;
  #stopWatch: () => void = () => {};
  #pauseMs = 0;
  #closed = new AbortController();

  constructor(env: Env, options: EtcdJournalOptions) {
    this.#env = env;
    this.#options = options;
    this.#leases = new LeasePool(env.clock, (seconds) => this.#client.grantLease(seconds));
    this.#namespace = options.namespace ?? "";
    this.#prefix = options.prefix ?? "/registry/";
  }

  async open(host: JournalHost, describe: Describe, signal: AbortSignal): Promise<Recovered> {
    this.#host = host;
    this.#describe = describe;
    // Here and not above: a process without etcd must not pay for loading gRPC.
    const { EtcdClient } = await import("./etcd-client-node.ts");
    this.#connected = new EtcdClient(this.#options);
    const recovered = await this.#load();
    signal.throwIfAborted();
    this.#revision = recovered.revision;
    this.#follow();
    return recovered;
  }

  async commit(txn: Txn): Promise<SharedResult> {
    const success = await Promise.all(txn.writes.map((write) => this.#operationOf(write)));
    const answer = await this.#client.txn({
      compare: txn.checks.map(({ key, modRevision }) => ({
        target: compareModRevision,
        key: this.#bytesOf(key),
        modRevision,
      })),
      success,
      failure: txn.checks.map(({ key }) => ({ range: { key: this.#bytesOf(key), keysOnly: true } })),
    });
    const seen = (answer.header?.revision ?? 0) as Revision;
    if (answer.succeeded) return { committed: true, revision: seen, seen };
    const failed = txn.checks.find(({ modRevision }, at) => {
      return (answer.responses[at]?.range?.kvs[0]?.modRevision ?? 0) !== modRevision;
    });
    if (failed === undefined)
      throw new StoreError("failed", "etcd refused a transaction whose checks all hold");
    return { committed: false, conflict: failed.key, seen };
  }

  async newest(): Promise<Revision> {
    const { header } = await this.#client.range({ key: wholeSpace, limit: 1, countOnly: true });
    return (header?.revision ?? 0) as Revision;
  }

  async stateAt(revision: Revision): Promise<JournalState> {
    try {
      return { ...(await this.#read(revision)), leases: new Leases() };
    } catch (error) {
      throw await this.#noteCompaction(error);
    }
  }

  async commitsAfter(after: Revision, limit: number): Promise<readonly JournalCommit[]> {
    if (after >= this.#revision) return [];
    try {
      return await this.#readCommits(after, limit);
    } catch (error) {
      throw await this.#noteCompaction(error);
    }
  }

  compact(revision: Revision): Promise<void> {
    return this.#client.compact(revision);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new StoreError("closed", "The journal is closed"));
    this.#stopWatch();
    this.#connected?.close();
  }

  get #client(): EtcdClient {
    if (this.#connected === undefined) throw new StoreError("closed", "The journal is not open");
    return this.#connected;
  }

  async #load(): Promise<Recovered> {
    const { tree, revision } = await this.#read(0 as Revision);
    return { tree, revision, leases: new Leases(), compactedRevision: await this.#compactedRevision() };
  }

  /** All keys of the store at a revision, 0 for the newest. */
  async #read(at: Revision): Promise<{ tree: RecordTree; revision: Revision }> {
    const tree: RecordTree = new SortedMap();
    const rangeEnd = endOfPrefix(this.#bytesOf(this.#prefix));
    let revision: number = at;
    let key: Uint8Array = this.#bytesOf(this.#prefix);
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
  #compactedRevision(): Promise<Revision> {
    const { promise, resolve, reject } = Promise.withResolvers<Revision>();
    // A key that nobody writes: nothing but the answer comes.
    const key = Buffer.from(`${this.#namespace}\0compacted`);
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

  #follow(): void {
    this.#stopWatch = this.#client.watch(wholeSpace, wholeSpace, this.#revision + 1, {
      response: (response) => this.#receive(response),
      ended: (error) => this.#again(error),
    });
  }

  #receive(response: WatchResponse): void {
    if (response.canceled) {
      this.#stopWatch();
      if (response.compactRevision > 0) this.#startOver();
      else this.#again(refusedWatch(response));
      return;
    }
    this.#pauseMs = 0;
    const commits = this.#commitsOf(response, this.#revision);
    const last = commits[commits.length - 1];
    if (last === undefined) return;
    this.#revision = last.revision;
    this.#host?.apply(commits);
  }

  /** Follows again after a pause that grows. */
  #again(error: StoreError): void {
    if (this.#closed.signal.aborted) return;
    this.#env.log.warn("The watch on etcd broke and begins again", { error: error.message });
    this.#later(async () => this.#follow());
  }

  /** What happened since the last revision was compacted: reads everything anew. */
  #startOver(): void {
    this.#later(async () => {
      const state = await this.#load();
      this.#revision = state.revision;
      this.#host?.reset(state);
      this.#follow();
    });
  }

  #later(run: () => Promise<void>): void {
    const pauseMs = this.#pauseMs + this.#env.random.float() * 50;
    this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2 + 50);
    this.#env.tasks.spawn("etcd watch", async (signal) => {
      await this.#env.clock.sleep(pauseMs, AbortSignal.any([signal, this.#closed.signal]));
      try {
        await run();
      } catch (error) {
        if (this.#closed.signal.aborted) return;
        this.#env.log.warn("Cannot read etcd", { error: String(error) });
        this.#later(run);
      }
    });
  }

  /** Commits after `after` by a watch of its own, until `limit` events or what was handed over already. */
  #readCommits(after: Revision, limit: number): Promise<readonly JournalCommit[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly JournalCommit[]>();
    const commits: JournalCommit[] = [];
    const until = this.#revision;
    const stop = this.#client.watch(wholeSpace, wholeSpace, after + 1, {
      response: (response) => {
        if (response.canceled) {
          reject(
            response.compactRevision > 0 ? compactedAt(response.compactRevision) : refusedWatch(response),
          );
          return;
        }
        commits.push(...this.#commitsOf(response, after).filter(({ revision }) => revision <= until));
        const last = commits[commits.length - 1];
        if (last !== undefined && (commits.length >= limit || last.revision >= until)) resolve(commits);
      },
      ended: reject,
    });
    return promise.finally(stop);
  }

  /** The commits after `after` in a watch's answer; those of other programs' keys have no entries. */
  #commitsOf(response: WatchResponse, after: number): readonly JournalCommit[] {
    const commits: { revision: Revision; entries: JournalEntry[] }[] = [];
    for (const { type, kv } of response.events) {
      if (kv === undefined || kv.modRevision <= after) continue;
      const revision = kv.modRevision as Revision;
      let commit = commits[commits.length - 1];
      if (commit?.revision !== revision) {
        commit = { revision, entries: [] };
        commits.push(commit);
      }
      const key = this.#keyOf(kv.key);
      if (key === undefined) continue;
      commit.entries.push(
        type === deleteEvent ? { type: "delete", key } : { type: "put", record: this.#recordOf(kv) },
      );
    }
    return commits;
  }

  async #operationOf(write: Txn["writes"][number]): Promise<Given<typeof operation>> {
    const key = this.#bytesOf(write.key);
    if (write.type === "delete") return { delete: { key } };
    if (write.leaseSeconds === undefined) return { put: { key, value: write.value } };
    return { put: { key, value: write.value, lease: await this.#leases.lease(write.leaseSeconds) } };
  }

  #recordOf(kv: KeyValue): StoredRecord {
    const key = this.#keyOf(kv.key);
    if (key === undefined || this.#describe === undefined) {
      throw new StoreError("failed", "etcd returned a key outside the range asked for");
    }
    const { value, version } = kv;
    const [createRevision, modRevision] = [kv.createRevision as Revision, kv.modRevision as Revision];
    return { key, value, index: this.#describe(key, value), createRevision, modRevision, version };
  }

  #bytesOf(key: string): Uint8Array {
    return Buffer.from(this.#namespace + key, "utf8");
  }

  #keyOf(bytes: Uint8Array): string | undefined {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
    return key.startsWith(this.#namespace + this.#prefix) ? key.slice(this.#namespace.length) : undefined;
  }

  /** Tells the host when the error says that somebody compacted. Returns the error. */
  async #noteCompaction(error: unknown): Promise<unknown> {
    if (error instanceof StoreError && error.code === "compacted") {
      this.#host?.compacted(await this.#compactedRevision());
    }
    return error;
  }
}

function refusedWatch(response: WatchResponse): StoreError {
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
