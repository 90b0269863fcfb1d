/** Bounds of this folder, each with its reason. */

/**
 * Series of one metric. More means that a label holds ids; further series are counted together under
 * `"(other)"`.
 */
export const maxSeriesPerMetric = 5_000;

/**
 * Parsed keys kept by a crypto twin: a CA, a front proxy CA and a few generations of service account keys.
 */
export const maxParsedKeys = 64;

/** Log entries that a simulated world keeps for a failing run's report (about 2 MB). */
export const maxSimLogEntries = 10_000;

/** Events of one simulated drive; a run that needs more loops without end, or should be cut in parts. */
export const maxSimEventsPerDrive = 200_000_000;

/** Node's timers hold a signed 32-bit count of milliseconds; longer delays are waited for in laps. */
export const maxNodeTimerMs = 2 ** 31 - 1;

/** Messages that an unread connection holds before its sender waits; a watch of batches needs few. */
export const maxUnreadMessages = 64;

/** One message: a LIST of 30,000 pods is 150 MB, and JSON text must fit a string. */
export const maxMessageBytes = 256 * 2 ** 20;

/** How long a connect waits for an answer; TCP's own default is minutes, which no component outwaits. */
export const connectTimeoutMs = 30_000;
