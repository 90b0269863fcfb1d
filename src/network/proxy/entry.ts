/**
 * What a table of the kernel holds, as data: chains of rules, sets and maps, and their elements. Rules are text in
 * nft's language. An entry is one named thing that a transaction can add, replace or remove.
 *
 *   { kind: "element", family: "ip", set: "services", key: "10.96.0.10 . udp . 53", value: "goto cluster-udp-2" }
 */

/** One table each: addresses of the two families do not fit one key. */
export type Family = "ip" | "ip6";

export const families: readonly Family[] = ["ip", "ip6"];

/** As nft writes them. */
export type Protocol = "tcp" | "udp" | "sctp";

export const protocols: readonly Protocol[] = ["tcp", "udp", "sctp"];

/** The name of our table in both families. */
export const tableName = "navarch-proxy";

export interface Chain {
  readonly kind: "chain";
  readonly family: Family;
  readonly name: string;
  /** `type nat hook prerouting priority -100`; absent for a chain that others jump to. */
  readonly hook?: string;
  readonly rules: readonly string[];
}

/** A set, or a map when its elements have values. */
export interface Collection {
  readonly kind: "set" | "map";
  readonly family: Family;
  readonly name: string;
  /** `type ipv4_addr . inet_proto . inet_service : verdict`, and flags after `; `. */
  readonly type: string;
}

export interface Element {
  readonly kind: "element";
  readonly family: Family;
  /** The set or map that holds it. */
  readonly set: string;
  readonly key: string;
  /** A map's. */
  readonly value?: string;
}

export type Entry = Chain | Collection | Element;

/** Entries by `idOf`. */
export type Table = ReadonlyMap<string, Entry>;

/** Unique in a table; two entries of one id cannot stand together. */
export function idOf(entry: Entry): string {
  if (entry.kind === "element") return `${entry.family} ${entry.set} ${entry.key}`;
  return `${entry.family} ${entry.kind === "chain" ? "chain" : "set"} ${entry.name}`;
}

/** True when nothing is to be done to turn one into the other. */
export function sameEntry(a: Entry, b: Entry): boolean {
  if (a === b) return true;
  if (a.kind === "element") return b.kind === "element" && a.value === b.value;
  if (a.kind === "chain") {
    return b.kind === "chain" && a.hook === b.hook && a.rules.join("\n") === b.rules.join("\n");
  }
  return b.kind === a.kind && b.type === a.type;
}
