/** Limits of managed fields, with their reasons. */

/**
 * Upstream's cap on entries of updates: beyond it the oldest merge, so that an object's managers stay few.
 */
export const MAX_UPDATE_ENTRIES = 10;

/** All annotations of an object together, in bytes (meta/v1 validation). */
export const MAX_ANNOTATIONS_BYTES = 256 * 1024;

/** Text of the sets kept interned, together: thousands of shapes of objects, in a few megabytes. */
export const MAX_INTERNED_CHARACTERS = 4 * 1024 * 1024;

/** Steps of growing sets that are remembered, of some 300 bytes each: hundreds of shapes of pods. */
export const MAX_REMEMBERED_STEPS = 16_384;

/** Item names kept with their parsed value: far more than a cluster's workloads use at one time. */
export const MAX_CACHED_ELEMENTS = 8_192;
