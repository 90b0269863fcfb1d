/**
 * Times of the API as text: RFC 3339 in UTC, with whole seconds (meta/v1 Time) or microseconds (MicroTime). The only
 * place where a given number of milliseconds meets the language's calendar.
 */

/** `2026-11-21T02:37:16Z` of milliseconds since the epoch; fractions are cut off. */
export function rfc3339(ms: number): string {
  return `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}

/** `2026-11-21T02:37:16.123000Z`. */
export function microTime(ms: number): string {
  return `${new Date(Math.floor(ms)).toISOString().slice(0, 23)}000Z`;
}

/** Milliseconds since the epoch, or undefined for an absent or unreadable time. */
export function parseTime(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
