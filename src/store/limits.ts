/** Every bound of the store, with its reason. */
export const limits = {
  /** Old versions that the ring keeps alive: of a burst of 5,000 writes per second, more than half a second. */
  ringBytes: 16 * 1024 * 1024,
  /** Events in the ring; an event of a tiny object still costs some 250 bytes. */
  ringEvents: 256 * 1024,
  /**
   * After one to two of these periods only so much of them is kept: a burst's history goes, and at ten writes a second a
   * minute is there all the same, so that a watch that broke finds its place between two bookmarks.
   */
  ringPeriodMs: 15_000,
  ringRestBytes: 4 * 1024 * 1024,
  /** What an event costs besides the value of the version that it replaced. */
  eventOverheadBytes: 250,
  /** Values lie together in memory of this size (`slabs.ts`); larger ones than a quarter have their own. */
  slabBytes: 1024 * 1024,
  slabValueBytes: 256 * 1024,
  /** Commits beyond the one being synced; more brought nothing, and a failed sync must not leave a hole. */
  batchesInFlight: 2,
  /** One batch is one journal record: keeps a sync short and the record far below SQLite's blob limit. */
  batchTransactions: 2_048,
  batchBytes: 8 * 1024 * 1024,
  /** Transactions that wait for the journal; the API's fairness admits far fewer at once. */
  pendingTransactions: 100_000,
  /** A kept tree after this many events, so that an older snapshot rolls back at most this far. */
  checkpointEvents: 1_024,
  /** Snapshots of older revisions kept for the next page; each costs only its changed nodes. */
  recentSnapshots: 32,
  /** Snapshots read from the journal hold versions that nothing else holds. */
  journalSnapshots: 2,
  /** Records compared in one go when a state comes from the journal: about 2 ms. */
  recordsPerTurn: 2_000,
  /** Events that a cursor behind the ring reads from the journal at a time. */
  replayEvents: 1_000,
  /** Expired keys deleted in one go before other work runs. */
  expiriesPerTurn: 500,
} as const;
