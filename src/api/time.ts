/**
 * Times and durations of the API as text: RFC 3339 in UTC, with whole seconds (meta/v1 Time) or microseconds
 * (MicroTime), and Go's durations (`1h2m3.5s`). The only place where a given number meets the language's calendar.
 */

/** `2026-11-21T02:37:16Z` of milliseconds since the epoch; fractions are cut off. */
export function rfc3339(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds !== last.seconds)
    last = { seconds, text: `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z` };
  return last.text;
}

/** A memo: most times are now. */
let last = { seconds: Number.NaN, text: "" };

/** `2026-11-21T02:37:16.123000Z`. */
export function microTime(ms: number): string {
  return `${new Date(Math.floor(ms)).toISOString().slice(0, 23)}000Z`;
}

/** Milliseconds since the epoch, or undefined for an absent or unreadable time. */
export function parseTime(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined) return undefined;
  const instant = parseInstant(text);
  return instant === undefined ? undefined : instant.seconds * 1000 + Math.floor(instant.nanos / 1e6);
}

/** A moment as protobuf carries it; `nanos` counts up from `seconds`, also before 1970. */
export interface Instant {
  readonly seconds: number;
  readonly nanos: number;
}

const PATTERN = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Reads RFC 3339 with any zone; undefined when the text is not a real moment (`2026-02-30T00:00:00Z`). */
export function parseInstant(text: string): Instant | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 && leap ? 29 : (DAYS[month - 1] ?? 0);
  if (day < 1 || day > days || hour > 23 || minute > 59 || second > 59) return undefined;
  const zone = match[8] ?? "Z";
  const [zoneHours = 0, zoneMinutes = 0] = zone === "Z" ? [] : zone.slice(1).split(":").map(Number);
  if (zoneHours > 24 || zoneMinutes > 59) return undefined;
  const offset = (zone.startsWith("-") ? -60 : 60) * (zoneHours * 60 + zoneMinutes);
  const seconds = Date.parse(`${text.slice(0, 19)}Z`) / 1000 - offset;
  return { seconds, nanos: Number((match[7] ?? "").slice(0, 9).padEnd(9, "0")) };
}

/** Days that every year has: only a February 29 is looked at closer. */
const CANONICAL_SECONDS =
  /^(?!0001)\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
/** The zero time of Go, which JSON prints as `null`. */
export const ZERO_SECONDS = -62135596800;

/** The text as the API prints it: UTC, whole seconds; `null` for the zero time, undefined when unreadable. */
export function canonicalTime(text: string): string | null | undefined {
  if (CANONICAL_SECONDS.test(text)) return text;
  const instant = parseInstant(text);
  return instant === undefined ? undefined : formatTime(instant);
}

/** As `canonicalTime`, with six digits of a second. */
export function canonicalMicroTime(text: string): string | null | undefined {
  const instant = parseInstant(text);
  return instant === undefined ? undefined : formatMicroTime(instant);
}

export function formatTime({ seconds, nanos }: Instant): string | null {
  if (seconds === ZERO_SECONDS && nanos === 0) return null;
  return rfc3339(seconds * 1000);
}

export function formatMicroTime({ seconds, nanos }: Instant): string | null {
  if (seconds === ZERO_SECONDS && nanos === 0) return null;
  const micros = String(Math.floor(nanos / 1000)).padStart(6, "0");
  return `${rfc3339(seconds * 1000).slice(0, 19)}.${micros}Z`;
}

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3],
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** Milliseconds of `"1h2m3.5s"`, `"-30s"` or `"0"`; undefined when unreadable. */
export function parseDuration(text: string): number | undefined {
  if (text === "0" || text === "+0" || text === "-0") return 0;
  // Each digit can be read in one way only: a term with two would take exponential time on a text that fails.
  if (!/^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, amount = "", unit = ""] of text.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)) {
    ms += Number(amount) * (UNITS_MS.get(unit) ?? 0);
  }
  return text.startsWith("-") ? -ms : ms;
}

/** `1h2m3.5s` as Go prints it: largest unit first, below a second `1.5ms`, zero `0s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0s";
  if (ms < 0) return `-${formatDuration(-ms)}`;
  const nanos = Math.round(ms * 1e6);
  if (nanos < 1e3) return `${nanos}ns`;
  if (nanos < 1e6) return `${nanos / 1e3}µs`;
  if (nanos < 1e9) return `${nanos / 1e6}ms`;
  const hours = Math.floor(nanos / 3.6e12);
  const minutes = Math.floor((nanos % 3.6e12) / 6e10);
  const seconds = `${(nanos % 6e10) / 1e9}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
