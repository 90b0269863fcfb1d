/** Bounds of byte streams, each with its reason. */

/** Bytes that wait for a reader before the writer waits: a few socket reads, and little beside 1,000 streams. */
export const pipeBytes = 128 * 1024;

/** One message or frame; kubectl and client-go send at most 32 KiB, Python's client 1 MiB. */
export const maxFrameBytes = 4 * 1024 * 1024;

/** Written at once to a peer, so that a frame of another stream never waits long. */
export const frameBytes = 32 * 1024;

/** Headers of one SPDY stream, decompressed: a handful of short names and values. */
export const maxHeaderBlockBytes = 64 * 1024;

/** Streams that one SPDY connection may hold open: a port-forward takes two for each connection. */
export const maxSpdyStreams = 1_000;

/** SPDY/3.1 §2.6.8: what either side may send before it is told to go on. */
export const spdyWindowBytes = 64 * 1024;

/** A port-forward's error stream and its data stream arrive this close together (upstream's 30 s). */
export const maxUnpairedStreams = 100;
