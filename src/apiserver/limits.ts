/** Bounds of the API server, each with its reason. */

/** Upstream's request limit: twice etcd's 1.5 MB value limit, so that a patch and its object both fit. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;
/** Upstream's default --max-requests-inflight: enough to use every core, few enough to bound memory. */
export const MAX_READS_IN_FLIGHT = 400;
/** Upstream's default --max-mutating-requests-inflight. */
export const MAX_WRITES_IN_FLIGHT = 200;
/** A request waits this long for its place, as upstream: a quarter of the request timeout. */
export const MAX_WAIT_MS = 15_000;
/** What a refused client is told to wait; upstream says one second. */
export const RETRY_AFTER_SECONDS = 1;
/** As upstream: a selector of thousands of terms is long. */
export const MAX_HEADER_BYTES = 1024 * 1024;
/** Work between two turns of the event loop in lists and deletes of collections. */
export const SLICE_MS = 5;
/**
 * Bytes collected before a list or watch chunk is written: larger ones gain nothing (notes: 256 KiB is
 * right).
 */
export const CHUNK_BYTES = 256 * 1024;
/** Chunks of lists kept for the next ones, 320 KiB each. */
export const POOLED_CHUNKS = 8;
/** Events taken from a cursor at once, so that a lagging watcher does not hold the loop. */
export const WATCH_BATCH = 1_000;
/** Events that a follower in this process moves over at once; it tells its handlers of them in smaller pieces. */
export const FOLLOWED_BATCH = 10_000;
/**
 * Decoded objects kept for readers; a 5 KB object takes about 12 KB. Informers in this process read through it, so it
 * holds the pods of a thousand nodes' daily work; those at rest are let go of by time.
 */
export const DECODED_BYTES = 256 * 1024 * 1024;
/** A decoded object is estimated at this many times its JSON. */
export const DECODED_FACTOR = 3;
/** Protobuf messages kept: those of five large lists. A message is shorter than the JSON that it is counted as. */
export const MESSAGE_BYTES = 128 * 1024 * 1024;
/** Of decoded objects and messages, what nobody has looked at for one to two of these is dropped. */
export const RECORD_CACHE_PERIOD_MS = 20_000;
/** A quiet collection's snapshot is made anew this often: in time for a burst's old versions to go, and no more often than leases. */
export const RENEWAL_MS = 20_000;
/** Calls and feeds that go on in one slice: each may do up to a millisecond of work after its turn. */
export const TURNS_PER_SLICE = 8;
/**
 * Of a lap, before other work runs: a write that comes meanwhile waits for two or three of them, and in shorter ones
 * a single writer would make events faster than a thousand watchers are told of them.
 */
export const LAP_SLICE_MS = 4;
/**
 * Watchers in the first slice of a lap, and in any: how many the next has follows from the time that it took, in which
 * other work may have run too, and however busy the loop is, watchers must not fall behind.
 */
export const MIN_LAP_SLICE = 16;
/** After a lap over its watchers the server leaves the loop to others for this many times as long. */
export const LAP_PAUSE_FACTOR = 2;
/** The longest pause between laps: what a watcher may wait besides the lap itself. */
export const MAX_LAP_PAUSE_MS = 10;
/** Encoded watch chunks shared between the watchers of a lap: a few resources, each in a few encodings. */
export const SHARED_CHUNKS = 16;
/** Indexes of labels kept for lists, and how many records one may hold: making it takes 50 ms then. */
export const MAX_VALUE_INDEXES = 32;
export const MAX_INDEXED_RECORDS = 100_000;
/**
 * Attempts of a compare-and-swap loop before the client is told to retry. A writer loses only to another's
 * progress.
 */
export const MAX_WRITE_ATTEMPTS = 50;
/** Tries to find a free name for `generateName`, as upstream. */
export const MAX_NAME_TRIES = 8;
/** Watches end after this long at least, and twice as long at most (upstream's --min-request-timeout). */
export const MIN_WATCH_SECONDS = 1_800;
/** A client may ask for more than a timer can hold (32 bits of milliseconds). */
export const MAX_WATCH_MS = 2 ** 31 - 1;
/** A watch with bookmarks ends with one, this long before its end, so that the next begins near the head. */
export const LAST_BOOKMARK_MS = 2_000;
/** Bookmarks arrive about this often. */
export const BOOKMARK_INTERVAL_MS = 60_000;
/** How long a read at a future resourceVersion waits for it. */
export const FUTURE_REVISION_WAIT_MS = 3_000;
/** Parsed Accept headers kept; clients use a handful. */
export const ACCEPT_CACHE = 256;
/** Authorization decisions kept per policy revision. */
export const DECISION_CACHE = 10_000;
/** Objects that the server's own parts found in one snapshot, and lists of fewer than `FEW_OBJECTS`, kept for as long. */
export const MAX_FOUND = 1_000;
export const FEW_OBJECTS = 16;
/** Verified service account tokens kept (checked again against the bound objects on each request). */
export const TOKEN_CACHE = 4_096;
/** A new HTTP/1.1 connection sends its first request within this time (upstream's ReadHeaderTimeout). */
export const FIRST_REQUEST_MS = 32_000;
/** An HTTP/1.1 connection without requests is closed after this time (upstream's IdleTimeout). */
export const IDLE_CONNECTION_MS = 90_000;
/** Of a kubelet's refusal, and of what is passed on to a node in a body. */
export const MAX_REFUSAL_BYTES = 3 * 1024 * 1024;
/** Of a log that is read by a call in process, which takes it whole. */
export const MAX_COLLECTED_BYTES = 64 * 1024 * 1024;
/** A closing server lets requests in flight finish for this long. */
export const DRAIN_MS = 5_000;
/** Streams that one HTTP/2 connection may hold open, as upstream (each idle watch takes one). */
export const MAX_STREAMS = 1_000;
/** Answers shorter than this are not worth compressing, as upstream. */
export const MIN_GZIP_BYTES = 128 * 1024;
/** A packed HTML page of a proxied backend is unpacked whole, to turn its links. */
export const MAX_PACKED_HTML_BYTES = 4 * 1024 * 1024;
/** A tag that goes on for longer than this is none. */
export const MAX_TAG_CHARACTERS = 64 * 1024;
/** Allocations are compared with their Services this often, as upstream. */
export const REPAIR_INTERVAL_MS = 180_000;
/** An address without its Service counts as leaked after this time, as upstream. */
export const LEAKED_ADDRESS_AGE_MS = 60_000;
/** A burst of changes is seen to at once. */
export const UPKEEP_DELAY_MS = 50;

/** A client whose request cannot be read is listened to for so much more, and while it goes on sending. */
export const MAX_REFUSED_BYTES = 4 * MAX_HEADER_BYTES;
export const REFUSED_IDLE_MS = 500;
