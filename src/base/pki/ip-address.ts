/** IP addresses as certificates hold them (RFC 5280 §4.2.1.6): 4 or 16 bytes in network order. */
import { PkiError } from "./pki-error.ts";

/** `"10.96.0.1"` or `"fd00::1"`, also `"::ffff:10.0.0.1"`. Throws `malformed`. */
export function addressBytes(address: string): Uint8Array {
  const bytes = address.includes(":") ? sixteenBytes(address) : fourBytes(address);
  if (bytes === undefined) throw new PkiError("malformed", `Cannot name "${address}": it is no IP address`);
  return bytes;
}

function fourBytes(address: string): Uint8Array | undefined {
  const parts = address.split(".");
  const valid = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  return valid ? Uint8Array.from(parts.map(Number)) : undefined;
}

function sixteenBytes(address: string): Uint8Array | undefined {
  const [head = "", tail, ...more] = address.split("::");
  const front = groupBytes(head);
  const back = groupBytes(tail ?? "");
  if (front === undefined || back === undefined || more.length > 0) return undefined;
  const gap = 16 - front.length - back.length;
  if (tail === undefined ? gap !== 0 : gap < 2) return undefined;
  return Uint8Array.from([...front, ...new Uint8Array(gap), ...back]);
}

function groupBytes(groups: string): readonly number[] | undefined {
  const bytes: number[] = [];
  for (const group of groups === "" ? [] : groups.split(":")) {
    const embedded = group.includes(".") ? fourBytes(group) : undefined;
    if (embedded !== undefined) bytes.push(...embedded);
    else if (/^[\da-f]{1,4}$/i.test(group)) bytes.push(parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff);
    else return undefined;
  }
  return bytes;
}
