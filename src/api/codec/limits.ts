/** Bounds of the parsers. */

/** Nested objects and lists in one document. Upstream stops at 10,000; every walker here recurses, on one stack. */
export const MAX_DEPTH = 1000;

/** Unknown and duplicate fields reported of one object, as upstream. */
export const MAX_PROBLEMS = 100;

/** Documents in one YAML stream: a bundle of manifests holds hundreds. */
export const MAX_YAML_DOCUMENTS = 10_000;

/** Values in one YAML stream after its aliases are followed; 3 MB of text hold fewer. */
export const MAX_YAML_NODES = 1_000_000;

/** One watch frame: an object may have 1.5 MB in etcd, and 3 MB in a request. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;
