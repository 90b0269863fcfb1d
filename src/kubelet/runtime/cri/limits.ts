/** The numbers of the runtime's client, with their reasons. */

/** Longest wait for any call but those below; upstream's `runtimeRequestTimeout`. */
export const callTimeoutMs = 120_000;

/** A sandbox waits for its network plug-ins too; upstream doubles the time. */
export const sandboxTimeoutMs = 2 * callTimeoutMs;

/** When a stop of a sandbox that failed is tried again: another one, broken off, may still be at work. */
export const stopAgainMs = [50, 500];

/**
 * Starts that run at a time for each processor, since each also waits for disk and kernel; and how long the next one
 * waits for one that lasts (`start-turns.ts`). Fifty pods at once are Ready after half the time at the median, and
 * the last is no later.
 */
export const startsPerProcessor = 2;
export const startPatienceMs = 500;

/**
 * When the lists are read again after the runtime said that something changed. It tells of an end a little before its
 * own lists show it, and on a busy machine long before.
 */
export const relistAfter = {
  ended: { waitsMs: [0, 30, 120, 500, 2_000], gridMs: 20 },
  changed: { waitsMs: [0], gridMs: 500 },
};

/** How often the lists are read while nothing is said, when the runtime gives hints and when it does not. */
export const relistMs = { hinted: 30_000, blind: 1_000 };

/** Lines and bytes taken of a log for a termination message; upstream's. */
export const logTail = { lines: 80, bytes: 2048 };

/**
 * Where only the runtime can forward: how long a pod says nothing before it learns that a forwarded client has ended its half: the runtime cuts the
 * connection a second later, in the middle of an answer if need be.
 */
export const halfCloseQuietMs = 1_000;

/** How long a relay into a pod's network waits for the next connection, since its start takes some 50 ms. */
export const relayLingerMs = 2_000;

/** Bytes of a log read at once. */
export const logBlockBytes = 64 * 1024;

/** How long a follower hears nothing before it asks whether its container still runs. */
export const logLookMs = 500;

/** How long the runtime may take to write the last lines of a container that has ended. */
export const logFlushMs = 100;

/** Sizes and numbers of a container's logs, and how often they are looked at: upstream's defaults. */
export const logKeeping = { maxSizeBytes: 10 * 1024 ** 2, maxFiles: 5, lookMs: 10_000 };

/** How long a runtime that was there before us may take to answer, as while the machine starts, and how often it is asked. */
export const endpointTimeoutMs = 10_000;
export const endpointPollMs = 100;
