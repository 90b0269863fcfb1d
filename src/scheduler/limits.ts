/** The scheduler's bounds, with their reasons. All times in milliseconds. */

/** Upstream's back-off after a failed attempt: doubles from the first to the second. */
export const initialBackoffMs = 1_000;
export const maxBackoffMs = 10_000;

/** A pod that no event has moved is tried again after this long, in case a hint was wrong (upstream: 5 min). */
export const unschedulableLimitMs = 300_000;

/** Bindings in flight: enough to hide the API's latency, few enough to bound memory. */
export const maxBindings = 256;

/** Work between two yields to the event loop. */
export const sliceMs = 5;
