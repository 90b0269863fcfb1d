/** IPv6 addresses and ranges that are written in another form than programs write them: whoever compares is misled. */
import { formatCidr, formatIp, parseCidr, parseIp } from "../../names/ip.ts";

/** `["spec.externalIPs[0]: IPv6 address ..."]`, or nothing. */
export function addressWarning(value: string, path: string): readonly string[] {
  const bytes = parseIp(value);
  return formWarning(value, bytes && formatIp(bytes), `${path}: IPv6 address`);
}

/** The same of a range. */
export function rangeWarning(value: string, path: string): readonly string[] {
  const range = parseCidr(value);
  return formWarning(value, range && formatCidr(range), `${path}: IPv6 CIDR value`);
}

function formWarning(value: string, form: string | undefined, what: string): readonly string[] {
  if (form === undefined || form === value || !value.includes(":")) return [];
  return [`${what} "${value}" should be in RFC 5952 canonical format ("${form}")`];
}
