/**
 * Qualified names (`prefix.example.com/name`), label values, and the other names that are not DNS names:
 * identifiers, environment variables, keys of ConfigMaps and Secrets, header names, percentages.
 */
import { byteLength, type Check, good, pattern } from "./check.ts";
import { dnsSubdomain } from "./dns.ts";

const namePart = pattern(
  "must have a name part of letters, digits, '-', '_' and '.', with a letter or digit at both ends",
  /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/,
  63,
  "my.name",
);

/** A label or annotation key, a resource name, a finalizer: a name, or a DNS subdomain, `/` and a name. */
export const qualifiedName: Check = (value) => {
  const parts = value.split("/");
  if (parts.length > 2) return ["must be a name with at most one DNS subdomain and '/' before it"];
  const [first = "", second] = parts;
  const complaints: string[] = [];
  if (second !== undefined) {
    if (first === "") complaints.push("must have a prefix before '/'");
    else complaints.push(...dnsSubdomain(first).map((one) => `prefix: ${one}`));
  }
  const name = second ?? first;
  if (name === "") complaints.push("must have a name part");
  const wrong = namePart(name);
  return complaints.length === 0 && wrong.length === 0 ? good : [...complaints, ...wrong];
};

/** Empty, or at most 63 bytes that begin and end with a letter or digit. */
export const labelValue: Check = pattern(
  "must be empty or letters, digits, '-', '_' and '.', with a letter or digit at both ends",
  /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/,
  63,
  "my_value",
);

/** A C identifier. */
export const cIdentifier: Check = pattern(
  "must be an identifier of letters, digits and '_' that does not start with a digit",
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  Number.MAX_SAFE_INTEGER,
  "MY_NAME",
);

/** An environment variable: since 1.34 any printable ASCII but `=`. */
export const envVarName: Check = pattern(
  "must be printable ASCII characters other than '='",
  /^[ -<>-~]+$/,
  Number.MAX_SAFE_INTEGER,
  "MY.VAR-1",
);

/** A key of a ConfigMap or Secret, which becomes a file name. */
export const configMapKey: Check = (value) => {
  const complaints: string[] = [];
  if (byteLength(value) > 253) complaints.push("must be no more than 253 bytes");
  if (!/^[-._a-zA-Z0-9]+$/.test(value)) complaints.push("must be letters, digits, '-', '_' and '.'");
  if (value === ".") complaints.push("must not be '.'");
  else if (value === "..") complaints.push("must not be '..'");
  else if (value.startsWith("..")) complaints.push("must not start with '..'");
  return complaints.length === 0 ? good : complaints;
};

/** The name of an HTTP header. */
export const httpHeaderName: Check = pattern(
  "must be letters, digits and '-'",
  /^[-A-Za-z0-9]+$/,
  Number.MAX_SAFE_INTEGER,
  "X-Header-Name",
);

/** `10%`. */
export const percentage: Check = pattern("must be a whole number and '%'", /^[0-9]+%$/, 253, "10%");
