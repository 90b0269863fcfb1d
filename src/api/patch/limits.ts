/** Limits of patches, with their reasons. */

/** Upstream's bound: a JSON patch of more operations costs more than the object it makes is worth. */
export const MAX_JSON_PATCH_OPERATIONS = 10_000;

/** All `copy` operations of a patch together, in characters of JSON: copies of copies grow exponentially. */
export const MAX_COPIED_LENGTH = 3 * 1024 * 1024;
