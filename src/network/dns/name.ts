/**
 * Names on the wire (RFC 1035 sections 3.1 and 4.1.4) and as text. Text is lower-case; a dot or backslash within a label
 * is written with a backslash before it, and other bytes as Latin-1 characters.
 */
import { maxLabelBytes, maxNameBytes, maxPointers } from "./limits.ts";

export interface DecodedName {
  readonly name: string;
  /** Where the message goes on after it. */
  readonly next: number;
}

/** Undefined when the bytes are no name. */
export function decodeName(bytes: Uint8Array, start: number): DecodedName | undefined {
  let text = "";
  let at = start;
  let next = -1;
  let length = 1;
  for (let pointers = 0; ; ) {
    const size = bytes[at];
    if (size === undefined) return undefined;
    if (size >= 0xc0) {
      const low = bytes[at + 1];
      if (low === undefined) return undefined;
      if (next < 0) next = at + 2;
      const target = ((size & 0x3f) << 8) | low;
      pointers += 1;
      if (target >= at || pointers > maxPointers) return undefined;
      at = target;
      continue;
    }
    if (size > maxLabelBytes) return undefined;
    at += 1;
    if (size === 0) return { name: text, next: next < 0 ? at : next };
    length += size + 1;
    if (length > maxNameBytes || at + size > bytes.length) return undefined;
    if (text !== "") text += ".";
    for (const end = at + size; at < end; at += 1) text += character(bytes[at] ?? 0);
  }
}

function character(byte: number): string {
  if (byte === 0x2e || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
  return String.fromCharCode(byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte);
}

/** The labels of a name as they were before escaping. */
export function labelsOf(name: string): readonly string[] {
  if (name === "") return [];
  if (!name.includes("\\")) return name.split(".");
  const labels: string[] = [""];
  for (let at = 0; at < name.length; at += 1) {
    const one = name[at] ?? "";
    if (one === ".") labels.push("");
    else labels[labels.length - 1] += one === "\\" ? (name[++at] ?? "") : one;
  }
  return labels;
}

/** True when every label and the whole fit the wire. */
export function isWireName(name: string): boolean {
  const labels = labelsOf(name);
  const total = labels.reduce((sum, label) => sum + label.length + 1, 1);
  return total <= maxNameBytes && labels.every(({ length }) => length > 0 && length <= maxLabelBytes);
}

/** The name without its first label; the root's is itself. */
export function parentOf(name: string): string {
  for (let at = 0; at < name.length; at += 1) {
    if (name[at] === "\\") at += 1;
    else if (name[at] === ".") return name.slice(at + 1);
  }
  return "";
}

/** Whether `name` is `domain` or below it. */
export function isWithin(name: string, domain: string): boolean {
  return domain === "" || name === domain || (name.endsWith(domain) && name.at(-domain.length - 1) === ".");
}
