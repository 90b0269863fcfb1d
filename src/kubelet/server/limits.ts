/** Bounds of the kubelet's server; where no reason is given, upstream has the same. */

export const tokenKeptMs = 120_000;
export const allowedKeptMs = 300_000;
export const deniedKeptMs = 30_000;
/** Answers of the API server kept: a node is asked by few. */
export const maxDecisionsKept = 1_000;
/** A client opens all streams of a command within this time. */
export const streamsWaitMs = 30_000;
/** Bytes of a log sent at once: more gains nothing. */
export const logChunkBytes = 64 * 1024;
/** A closing server lets streams end for this long. */
export const serverDrainMs = 2_000;
/** CPU rates are told from readings at least this far apart: cgroups count in steps. */
export const rateOverMs = 1_000;
/** Pieces in which a log of the node is read. */
export const nodeLogBlockBytes = 64 * 1024;
/** Ports that one WebSocket may forward: a channel is one byte, and each port takes two. */
export const maxForwardedPorts = 127;
/** How old may be what pods are said to take of disks: a walk over all their files tells. */
export const storageKeptMs = 60_000;
