/** Bounds of the userspace proxy, each with its reason. Times are in milliseconds. */

/** Connections at once: each costs two descriptors, and a user without privileges has 4,096 or more of them. */
export const maxConnections = 1_024;

/** UDP clients at once; each costs a socket. */
export const maxFlows = 1_024;

/** A UDP client that is silent for so long is forgotten: connection tracking's time for an answered stream. */
export const flowIdleMs = 120_000;

/** Datagrams of one client that wait for its socket. */
export const maxWaitingDatagrams = 16;

/** One endpoint's time to take a connection, and how many are tried: what upstream's userspace proxy gave in sum. */
export const dialTimeoutMs = 4_000;
export const maxDials = 3;

/** An address that could not be had is tried again this often: its owner may have gone, or come. */
export const rebindMs = 30_000;

/** Clients remembered by affinity for each service port; the longest silent is forgotten first. */
export const maxAffinityClients = 65_535;

/** A peer that vanished without a word is noticed by the kernel's probes after this silence and some minutes. */
export const keepAliveMs = 30_000;
