/** The numbers of a supervised containerd, with their reasons. */

/** Output kept of a program that was started; enough for its last words. */
export const maxProgramOutputBytes = 64 * 1024;

/** A containerd that does not answer this long after its start has hung; it takes 0.3 s on a small machine. */
export const startTimeoutMs = 30_000;

/** How often a starting containerd is asked whether it answers. */
export const startPollMs = 20;

/** How long it may take to end before it is killed; pods go on either way. */
export const stopTimeoutMs = 10_000;

/** Wait before a containerd that ended is started again: doubled from the first, forgotten after a while. */
export const restartBackOff = { firstMs: 200, maxMs: 10_000, forgetMs: 60_000 };

/** The log is begun anew at a start when it has grown beyond this. */
export const maxLogBytes = 16 * 2 ** 20;
