/** What `format` of a schema says of a text, as upstream's strfmt; a format that is not here says nothing. */
import { parseCidr, parseIp } from "../names/ip.ts";
import { dnsLabel, dnsSubdomain } from "../names/dns.ts";
import { parseInstant } from "../time.ts";
import { canonicalQuantity } from "../quantity.ts";

type Format = (text: string) => boolean;

/** By name, without dashes. */
export const formats: ReadonlyMap<string, Format> = new Map<string, Format>([
  ["bsonobjectid", matching(/^[0-9a-f]{24}$/i)],
  ["byte", matching(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/)],
  ["cidr", (text) => parseCidr(text) !== undefined],
  ["creditcard", isCreditCard],
  ["date", isDate],
  ["datetime", (text) => parseInstant(text) !== undefined],
  ["duration", isDuration],
  ["email", matching(/^[^\s@<>]+@[^\s@<>]+$|<[^\s@<>]+@[^\s@<>]+>$/)],
  ["hexcolor", matching(/^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/)],
  ["hostname", isHostname],
  ["ipv4", (text) => parseIp(text)?.length === 4],
  ["ipv6", (text) => parseIp(text)?.length === 16],
  ["isbn", (text) => isIsbn10(text) || isIsbn13(text)],
  ["isbn10", isIsbn10],
  ["isbn13", isIsbn13],
  ["k8slongname", (text) => dnsSubdomain(text).length === 0],
  ["k8sshortname", (text) => dnsLabel(text).length === 0],
  ["mac", isMac],
  ["quantity", (text) => canonicalQuantity(text) !== undefined],
  ["rgbcolor", isRgbColor],
  ["ssn", matching(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/)],
  ["uri", isRequestUri],
  ["uuid", uuid("[0-9a-f]", "[0-9a-f]")],
  ["uuid3", uuid("3", "[0-9a-f]")],
  ["uuid4", uuid("4", "[89ab]")],
  ["uuid5", uuid("5", "[89ab]")],
]);

function matching(form: RegExp): Format {
  return (text) => form.test(text);
}

function uuid(version: string, variant: string): Format {
  const form = `^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`;
  return matching(new RegExp(form, "i"));
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && parseInstant(`${text}T00:00:00Z`) !== undefined;
}

/** As Go writes them (`1h30m`), or a number and a word (`22 ns`, `3 days`). */
function isDuration(text: string): boolean {
  if (/^[-+]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.test(text)) return true;
  return /^\d+\s*(?:ns|nanos?|nanoseconds?|us|µs|micros?|microseconds?|ms|millis?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)$/.test(
    text.toLowerCase(),
  );
}

/** Of a lone label only the second character may be a dash; the last of several has two letters and more. */
function isHostname(text: string): boolean {
  return text.length <= 255 && text.split(".").every((label) => label.length <= 63) && hostname.test(text);
}

const letter = "[\\p{L}\\p{S}0-9]";
const hostname = new RegExp(
  `^(?:${letter}(?:-?${letter}{0,62})?|(?:${letter}(?:[\\p{L}\\p{S}0-9-]{0,61}${letter})?\\.)+${letter}(?:-?${letter}){1,62})$`,
  "u",
);

/** Of 6, 8 or 20 bytes, in pairs or in fours. */
function isMac(text: string): boolean {
  const hex = text.replaceAll(/[:.-]/g, "");
  const isParted =
    /^[0-9a-f]{2}(?:([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2})*)$|^[0-9a-f]{4}(?:\.[0-9a-f]{4})+$/i.test(text);
  return isParted && [12, 16, 40].includes(hex.length);
}

function isRgbColor(text: string): boolean {
  const match = /^rgb\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\)$/.exec(text);
  return match !== null && match.slice(1).every((part) => Number(part) <= 255 && !/^0\d/.test(part));
}

/** An absolute URI, or a path. */
function isRequestUri(text: string): boolean {
  if (/[\s\x00-\x1f\x7f]/.test(text) || /%(?![0-9A-Fa-f]{2})/.test(text)) return false;
  return text.startsWith("/") || text === "*" || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(text);
}

function isIsbn10(text: string): boolean {
  const digits = text.replaceAll(/[\s-]/g, "");
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  return weighed(digits, (i) => i + 1) % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replaceAll(/[\s-]/g, "");
  return /^\d{13}$/.test(digits) && weighed(digits, (i) => (i % 2 === 0 ? 1 : 3)) % 10 === 0;
}

function isCreditCard(text: string): boolean {
  const digits = text.replaceAll(/\D/g, "");
  const isKnown =
    /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/;
  if (!isKnown.test(digits)) return false;
  const reversed = [...digits].reverse().map(Number);
  const sum = reversed.reduce(
    (all, digit, i) => all + (i % 2 === 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2),
    0,
  );
  return sum % 10 === 0;
}

/** The sum of the digits, X being ten, each times its weight. */
function weighed(digits: string, weight: (i: number) => number): number {
  return [...digits].reduce((sum, digit, i) => sum + (digit === "X" ? 10 : Number(digit)) * weight(i), 0);
}
