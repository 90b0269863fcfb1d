/** Durations as kubectl prints them: the two largest units at most, and one where the second says little. */
import { parseTime } from "./time.ts";

/** Whole seconds. */
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * `"45s"`, `"3m20s"`, `"26h"`, `"5d3h"`, `"2y30d"`; `"0s"` for a slight future, `"<invalid>"` for a real one.
 */
export function humanDuration(ms: number): string {
  if (ms <= -2 * second) return "<invalid>";
  if (ms < 2 * minute) return `${Math.max(0, Math.floor(ms / second))}s`;
  const minutes = Math.floor(ms / minute);
  if (minutes < 10) return pair(minutes, "m", Math.floor(ms / second) % 60, "s");
  if (minutes < 3 * 60) return `${minutes}m`;
  const hours = Math.floor(ms / hour);
  if (hours < 8) return pair(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(ms / day);
  if (days < 8) return pair(days, "d", hours % 24, "h");
  if (days < 365 * 2) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? pair(years, "y", days % 365, "d") : `${years}y`;
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}

/** How long ago an RFC 3339 time was, `"<unknown>"` when there is none. */
export function ageOf(time: string | null | undefined, now: number): string {
  const ms = parseTime(time);
  return ms === undefined ? "<unknown>" : humanDuration(now - ms);
}
