/**
 * IP addresses and CIDR ranges as bytes: 4 for IPv4, 16 for IPv6. `parseIp` is strict (no leading zeros, no
 * IPv4-mapped IPv6), as upstream validates new objects; `formatIp` writes the canonical form (RFC 5952).
 */
import { type Check, good } from "./check.ts";

export interface Cidr {
  /** The address as written, host bits included. */
  readonly address: Uint8Array;
  readonly prefixLength: number;
}

/** The bytes of an address, or undefined when the text is none. */
export function parseIp(text: string): Uint8Array | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const bytes = new Uint8Array(4);
  for (const [i, part] of parts.entries()) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined;
    bytes[i] = Number(part);
  }
  return bytes;
}

function parseIpv6(text: string): Uint8Array | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? groups(halves[1] ?? "", true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  const bytes = new Uint8Array(16);
  for (const [i, group] of all.entries()) {
    bytes[2 * i] = group >> 8;
    bytes[2 * i + 1] = group & 255;
  }
  return bytes;
}

/** The 16-bit groups of one side of `::`; the last may be dotted IPv4. */
function groups(text: string, mayEndDotted: boolean): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const found: number[] = [];
  for (const [i, part] of parts.entries()) {
    if (part.includes(".")) {
      const dotted = mayEndDotted && i === parts.length - 1 ? parseIpv4(part) : undefined;
      if (dotted === undefined) return undefined;
      const [a = 0, b = 0, c = 0, d = 0] = dotted;
      found.push((a << 8) | b, (c << 8) | d);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      found.push(Number.parseInt(part, 16));
    }
  }
  return found;
}

/** Canonical text: dotted IPv4; IPv6 in lowercase with the first longest run of zero groups as `::`. */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const all = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && all[end] === 0) end++;
    if (end - start > best.length) best = { start, length: end - start };
  }
  const hex = all.map((group) => group.toString(16));
  if (best.start < 0) return hex.join(":");
  return `${hex.slice(0, best.start).join(":")}::${hex.slice(best.start + best.length).join(":")}`;
}

/** True for an IPv6 address that wraps an IPv4 one (`::ffff:10.0.0.1`). */
function isMapped(bytes: Uint8Array): boolean {
  return bytes.length === 16 && bytes[10] === 255 && bytes[11] === 255 && bytes.subarray(0, 10).every(isZero);
}

function isZero(byte: number): boolean {
  return byte === 0;
}

export function isIpv6(text: string): boolean {
  return text.includes(":");
}

/** `10.0.0.0/8`, host bits kept; undefined when the text is none. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf("/");
  if (slash < 0) return undefined;
  const address = parseIp(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (address === undefined || !/^(0|[1-9][0-9]{0,2})$/.test(length)) return undefined;
  const prefixLength = Number(length);
  return prefixLength <= address.length * 8 ? { address, prefixLength } : undefined;
}

/** The address with its host bits cleared. */
export function networkOf(cidr: Cidr): Uint8Array {
  return cidr.address.map((byte, i) => {
    const bits = Math.min(8, Math.max(0, cidr.prefixLength - 8 * i));
    return byte & (0xff << (8 - bits));
  });
}

export function formatCidr(cidr: Cidr): string {
  return `${formatIp(cidr.address)}/${cidr.prefixLength}`;
}

/** Whether the range holds the address; ranges hold no address of the other family. */
export function contains(cidr: Cidr, address: Uint8Array): boolean {
  if (cidr.address.length !== address.length) return false;
  const network = networkOf(cidr);
  return networkOf({ address, prefixLength: cidr.prefixLength }).every((byte, i) => byte === network[i]);
}

/** An address of either family. */
export const ip: Check = (value) => {
  const bytes = parseIp(value);
  if (bytes === undefined) return ['must be a valid IP address (for example "10.9.8.7" or "2001:db8::ffff")'];
  return isMapped(bytes) ? ["must not be an IPv4-mapped IPv6 address"] : good;
};

/** An address in the one form that `formatIp` writes. */
export const canonicalIp: Check = (value) => {
  const bytes = parseIp(value);
  if (bytes === undefined) return ip(value);
  const canonical = formatIp(bytes);
  return canonical === value && !isMapped(bytes) ? good : [`must be in canonical form ("${canonical}")`];
};

/** A range whose host bits are zero. */
export const cidr: Check = (value) => {
  const range = parseCidr(value);
  if (range === undefined)
    return ['must be a valid CIDR range (for example "10.9.8.0/24" or "2001:db8::/64")'];
  if (isMapped(range.address)) return ["must not be an IPv4-mapped IPv6 range"];
  const network = { address: networkOf(range), prefixLength: range.prefixLength };
  const clean = formatIp(network.address) === formatIp(range.address);
  return clean ? good : [`must not have bits set beyond the prefix (use "${formatCidr(network)}")`];
};

/** A range in canonical form: host bits zero and the address as `formatIp` writes it. */
export const canonicalCidr: Check = (value) => {
  const complaints = cidr(value);
  if (complaints.length > 0) return complaints;
  const range = parseCidr(value);
  const canonical = range === undefined ? value : formatCidr(range);
  return canonical === value ? good : [`must be in canonical form ("${canonical}")`];
};

/** Complains about addresses that no endpoint may have: none, unspecified, loopback, link-local. */
export const endpointIp: Check = (value) => {
  const bytes = parseIp(value);
  if (bytes === undefined) return ["must be a valid IP address"];
  const [first = 0, second = 0] = bytes;
  const v4 = bytes.length === 4;
  const complaints: string[] = [];
  if (bytes.every(isZero)) complaints.push("may not be unspecified (0.0.0.0 or ::)");
  const loopback = v4 ? first === 127 : bytes.subarray(0, 15).every(isZero) && bytes[15] === 1;
  if (loopback) complaints.push("may not be in the loopback range (127.0.0.0/8, ::1/128)");
  const linkLocal = v4 ? first === 169 && second === 254 : first === 0xfe && (second & 0xc0) === 0x80;
  if (linkLocal) complaints.push("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  const multicast = v4 && first === 224 && second === 0 && bytes[2] === 0;
  const multicast6 = !v4 && first === 0xff && (second & 0x0f) === 2;
  if (multicast || multicast6) complaints.push("may not be in the link-local multicast range");
  return complaints;
};
