/** Bounds of the proxy, each with its reason. */

/** Endpoints behind one address and port; twice this many slots fit the rules' 16-bit slot number. */
export const maxEndpointsPerPort = 32_768;

/** Services compiled into one transaction, so that a change after a flood waits for milliseconds of work. */
export const maxServicesPerTransaction = 1_000;

/** Work between two yields to the event loop, in milliseconds. */
export const sliceMs = 5;

/** Waits after a refused transaction before the whole table is written again. */
export const resyncBackOff = { firstMs: 100, maxMs: 30_000 };

/** The whole table is written again this often, in case a change of somebody else was not seen: upstream's hour. */
export const fullSyncMs = 3_600_000;

/** Longer transactions go to a program of their own: an interactive one reads its line byte by byte. */
export const maxInteractiveBytes = 64 * 1024;

/** One transaction's time: 10,000 services take a fifth of a second. */
export const transactionTimeoutMs = 30_000;

/** What is kept of a refusal's text. */
export const maxRefusalChars = 2_000;

/** Clients remembered for each endpoint with affinity; the kernel forgets none sooner, and refuses more. */
export const maxAffinityClients = 65_535;

/** What is read of the kernel's UDP flows when the proxy starts: some hundred thousand. */
export const maxFlowListBytes = 32 * 1024 * 1024;
