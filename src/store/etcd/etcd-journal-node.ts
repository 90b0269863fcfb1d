/**
 * etcd as the journal: etcd compares, numbers and keeps. Everything that changes the tree comes through one
 * watch over the whole key space, so that every revision arrives, other programs' too; a broken watch resumes
 * after the last revision seen, and starts over (`reset`) when that was compacted meanwhile.
 */
import type { Env } from "#base";
import { StoreError } from "../errors.ts";
import type { Describe, JournalCommit, JournalHost, JournalState } from "../journal.ts";
import type { Recovered, SharedJournal, SharedResult } from "../journal.ts";
import { Leases } from "../leases.ts";
import type { Revision, Txn } from "../store.ts";
import type { EtcdAddress, EtcdClient, WatchResponse } from "./etcd-client-node.ts";
import { EtcdHistory, EtcdKeys, refusedWatch, wholeSpace } from "./etcd-history.ts";
import { LeasePool } from "./lease-pool.ts";
import { compareModRevision, type operation } from "./messages.ts";
import type { Given } from "#base/rpc";

export interface EtcdJournalOptions extends EtcdAddress {
  /** Put before every key, so that clusters can share one etcd. Default none, as upstream. */
  readonly namespace?: string;
  /** Only keys that begin so are the store's. Default `/registry/`. */
  readonly prefix?: string;
}

/** The longest pause before following again. */
const longestPauseMs = 2_000;

/** Connects on `open`; `commit` rejects with `unavailable` when the outcome is unknown. */
export class EtcdJournal implements SharedJournal {
  readonly kind = "shared";
  readonly #env: Env;
  readonly #options: EtcdJournalOptions;
  /** Undefined until `open`. */
  #connected: { readonly client: EtcdClient; readonly history: EtcdHistory } | undefined;
  readonly #leases: LeasePool;
  readonly #keys: EtcdKeys;
  #host: JournalHost | undefined;
  /** The newest revision handed over. */
  #revision = 0 as Revision;
  #stopWatch: () => void = () => {};
  #pauseMs = 0;
  readonly #closed = new AbortController();

  constructor(env: Env, options: EtcdJournalOptions) {
    this.#env = env;
    this.#options = options;
    this.#leases = new LeasePool(env.clock, (seconds) => this.#client.grantLease(seconds));
    this.#keys = new EtcdKeys(options.namespace ?? "", options.prefix ?? "/registry/");
  }

  async open(host: JournalHost, describe: Describe, signal: AbortSignal): Promise<Recovered> {
    this.#host = host;
    // Here and not above: a process without etcd must not pay for loading gRPC.
    const { EtcdClient } = await import("./etcd-client-node.ts");
    const client = new EtcdClient(this.#options);
    await client.connected();
    this.#connected = { client, history: new EtcdHistory(client, this.#keys, describe) };
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
        key: this.#keys.bytesOf(key),
        modRevision,
      })),
      success,
      failure: txn.checks.map(({ key }) => ({ range: { key: this.#keys.bytesOf(key), keysOnly: true } })),
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
      return { ...(await this.#history.stateAt(revision)), leases: new Leases() };
    } catch (error) {
      throw await this.#noteCompaction(error);
    }
  }

  async commitsAfter(after: Revision, limit: number): Promise<readonly JournalCommit[]> {
    if (after >= this.#revision) return [];
    try {
      return await this.#history.commitsAfter(after, this.#revision, limit);
    } catch (error) {
      throw await this.#noteCompaction(error);
    }
  }

  compact(revision: Revision): Promise<void> {
    return this.#client.compact(revision);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    this.#stopWatch();
    this.#connected?.client.close();
  }

  get #client(): EtcdClient {
    return this.#requireConnection().client;
  }

  get #history(): EtcdHistory {
    return this.#requireConnection().history;
  }

  #requireConnection() {
    if (this.#connected === undefined) throw new StoreError("closed", "The journal is not open");
    return this.#connected;
  }

  async #load(): Promise<Recovered> {
    const { tree, revision } = await this.#history.stateAt(0 as Revision);
    const compactedRevision = await this.#history.compactedRevision();
    return { tree, revision, leases: new Leases(), compactedRevision };
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
    try {
      this.#handOver(response);
    } catch (error) {
      // What arrived cannot be understood or applied, and would not the next time.
      this.#stopWatch();
      this.#host?.failed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #handOver(response: WatchResponse): void {
    const commits = this.#history.commitsOf(response, this.#revision);
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
      const ended = AbortSignal.any([signal, this.#closed.signal]);
      try {
        await this.#env.clock.sleep(pauseMs, ended);
        await run();
      } catch (error) {
        if (ended.aborted) return;
        this.#env.log.warn("Cannot read etcd", { error: String(error) });
        this.#later(run);
      }
    });
  }

  async #operationOf(write: Txn["writes"][number]): Promise<Given<typeof operation>> {
    const key = this.#keys.bytesOf(write.key);
    if (write.type === "delete") return { delete: { key } };
    if (write.leaseSeconds === undefined) return { put: { key, value: write.value } };
    return { put: { key, value: write.value, lease: await this.#leases.lease(write.leaseSeconds) } };
  }

  /** Tells the host when the error says that somebody compacted. Returns the error. */
  async #noteCompaction(error: unknown): Promise<unknown> {
    if (error instanceof StoreError && error.code === "compacted") {
      this.#host?.compacted(await this.#history.compactedRevision());
    }
    return error;
  }
}
