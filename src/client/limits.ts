/** The bounds of this folder, each with its reason. Times are in milliseconds. */

/** Objects of one LIST page: about 2.5 MB of pods, so that neither side holds its loop for long. */
export const listPageSize = 500;

/** Changes handed to handlers before other work gets a turn; about 5 ms of it. */
export const changesPerTurn = 500;

/** Watches ask to be closed after 5 to 10 minutes, as client-go's, so that load spreads again over servers. */
export const watchTimeoutSeconds = { min: 300, max: 600 };

/** Waits of a reflector between failures: client-go's, so that a returning server is not stormed. */
export const reflectorBackOff = { firstMs: 800, maxMs: 30_000 };

/** How long a quiet cache is given to show a revision before its watch is opened anew, and then its list is read. */
export const catchUpPatienceMs = 250;

/** Waits of one failing work item: client-go's ItemExponentialFailureRateLimiter. */
export const itemBackOff = { firstMs: 5, maxMs: 1_000_000 };

/** Tries of one call that the server asks to repeat, or that could not be sent; client-go's 10. */
export const callTries = 10;

/** The longest a call waits because the server said so; longer answers go to the caller. */
export const retryAfterMaxMs = 30_000;

/** TCP and TLS of one connection: upstream's bound for the latter. */
export const connectWithinMs = 10_000;

/** Bytes of one answer or watch frame held in memory: LISTs are paged, so more is no honest server's. */
export const answerMaxBytes = 256 * 1024 * 1024;

/** Events waiting to be written by a recorder; later ones are dropped, as upstream's full channel does. */
export const eventQueueLength = 1000;

/** Distinct events and sources that a recorder remembers; upstream's LRU of 4096. */
export const eventCacheSize = 4096;

/** Frames of one watch that a link may hold while its reader is busy; then the watch ends and resumes. */
export const linkWatchBacklog = 10_000;
