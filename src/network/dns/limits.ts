/** Bounds of the DNS server, each with its reason. Times are in milliseconds unless the name says seconds. */

/** A name on the wire (RFC 1035 section 2.3.4). */
export const maxNameBytes = 255;
export const maxLabelBytes = 63;

/** Compression pointers followed for one name; each must point back, so more are never needed. */
export const maxPointers = 126;

/** A UDP answer without EDNS, and the most we send with it: no fragments on any path (DNS flag day 2020). */
export const plainUdpBytes = 512;
export const maxUdpBytes = 1_232;

/** A message over TCP has a length of 16 bits. */
export const maxMessageBytes = 65_535;

/** Records of one answer; what is beyond fits no message. */
export const maxAnswerRecords = 3_000;

/** TTL of the cluster's records and of their absence, in seconds: kubeadm's. */
export const clusterTtlSeconds = 30;

/** Longest time that an upstream's answer is kept, in seconds, and its absence: kubeadm's `cache 30`. */
export const maxCacheTtlSeconds = 30;

/** Answers kept: CoreDNS keeps 9,984 of each kind; about 3 MB. */
export const maxCacheEntries = 10_000;

/** Upstream questions in flight; further ones are answered SERVFAIL rather than queued. */
export const maxForwardsInFlight = 1_000;

/** One try at one upstream; clients ask again after 5 s, by when two upstreams have had their turn. */
export const forwardTimeoutMs = 2_000;
export const maxForwardTries = 2;

/** TCP clients at once, and how long one may be silent. */
export const maxTcpClients = 256;
export const tcpIdleMs = 10_000;

/** CNAMEs followed for one question; a longer chain is a mistake. */
export const maxAliases = 8;
