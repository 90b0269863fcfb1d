/** The text of cron schedules (robfig v3's standard parser) and of time zone names. */
import { type Check, good } from "./check.ts";

interface Range {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const fields: readonly Range[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: months },
  { min: 0, max: 6, names: days },
];
const descriptors = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/** Five fields, a descriptor (`@daily`), or `@every 1h30m`. */
export const cronSchedule: Check = (value) => {
  const text = value.replace(/^(TZ|CRON_TZ)=\S* /, "").trim();
  if (text.startsWith("@every ")) {
    const duration = /^[-+]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/;
    return duration.test(text.slice("@every ".length)) ? good : ["must have a duration after @every"];
  }
  if (text.startsWith("@"))
    return descriptors.includes(text) ? good : [`must be one of ${descriptors.join(", ")}`];
  const parts = text.split(/\s+/);
  if (parts.length !== fields.length) return [`must have ${fields.length} fields`];
  const wrong = fields.findIndex(
    (range, i) => !(parts[i] ?? "").split(",").every((one) => isStep(one, range)),
  );
  return wrong < 0 ? good : [`has a field that cannot be read: ${parts[wrong]}`];
};

/** `*`, `?`, `3`, `1-5`, each with an optional `/2`. */
function isStep(text: string, range: Range): boolean {
  const [span = "", step, ...rest] = text.split("/");
  if (rest.length > 0 || (step !== undefined && !(/^\d+$/.test(step) && Number(step) > 0))) return false;
  const ends = span.split("-");
  if (span === "*" || span === "?") return true;
  if (ends.length > 2) return false;
  const [from, to] = ends.map((end) => numberOf(end, range));
  if (from === undefined || (ends.length === 2 && to === undefined)) return false;
  return from >= range.min && (to ?? from) <= range.max && from <= (to ?? from);
}

function numberOf(text: string, range: Range): number | undefined {
  const named = range.names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return named + range.min;
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** `Europe/Berlin`, `Etc/GMT+5`, `UTC`. */
export const timeZoneName: Check = (value) => {
  if (value === "") return ["must not be empty"];
  if (value.toLowerCase() === "local") return ["must name a zone"];
  const parts = value.split("/");
  return parts.every((part) => /^[A-Za-z]([A-Za-z0-9_+-]*[A-Za-z0-9])?$/.test(part))
    ? good
    : ["must be the name of a time zone"];
};
