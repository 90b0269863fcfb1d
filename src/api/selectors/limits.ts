/** Limits of selectors, with their reasons. */

/**
 * A URL of 64 KiB is already refused by the HTTP server; a selector inside an object is bounded by the same.
 */
export const MAX_SELECTOR_LENGTH = 65_536;
