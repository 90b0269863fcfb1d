/**
 * The part of the tables that services do not change: the hooks, the dispatch by maps, and what is the node's own.
 *
 *   prerouting, output (nat)          -> dispatch -> services: address . protocol . port : goto CLASS-PROTOCOL-N
 *                                                      CLASS-PROTOCOL-N: mark, dnat by slot from PROTOCOL-endpoints
 *   prerouting, output (before nat)   -> guard:  source ranges of load balancers
 *   input, forward, output (after)    -> refuse: refusals by address . protocol . port, then the service ranges
 *   postrouting (nat)                 -> masquerade what is marked, and pods that reach themselves
 *
 * The mark is Kubernetes' own bit for this (0x4000).
 */
import { contains, formatCidr, networkOf, parseCidr } from "#api";
import {
  type Chain,
  type Collection,
  type Element,
  type Entry,
  type Family,
  type Protocol,
  protocols,
} from "./entry.ts";
import type { ProxyNode } from "./place.ts";

/** Sets the mark that makes `postrouting` masquerade. */
export const setMark = "meta mark set meta mark or 0x4000";

/** A refusal at once: TCP by a reset, since the kernel sends only an ICMP message a second to one peer. */
export const refusal = ["meta l4proto tcp reject with tcp reset", "reject"];

const verdictOf: Readonly<Record<Family, string>> = {
  ip: "type ipv4_addr . inet_proto . inet_service : verdict",
  ip6: "type ipv6_addr . inet_proto . inet_service : verdict",
};
const addressType: Readonly<Record<Family, string>> = { ip: "ipv4_addr", ip6: "ipv6_addr" };

/** What every table of `family` holds on that node. */
export function baseEntries(family: Family, node: ProxyNode): readonly Entry[] {
  return [...collections(family), ...chains(family), ...ranges(family, node)];
}

function collections(family: Family): readonly Entry[] {
  const address = addressType[family];
  const one = (kind: Collection["kind"], name: string, type: string): Collection => ({
    kind,
    family,
    name,
    type,
  });
  return [
    one("map", "services", verdictOf[family]),
    one("map", "outside-services", verdictOf[family]),
    ...protocols.map((protocol) => one("map", `${protocol}-endpoints`, endpointType(family, protocol))),
    one("map", "refusals", verdictOf[family]),
    one("set", "hairpins", `type ${address} . ${address}`),
    one("set", "guarded", `type ${address} . inet_proto . inet_service`),
    one("set", "allowed", `type ${address} . inet_proto . inet_service . ${address}; flags interval`),
    one("set", "pod-ranges", `type ${address}; flags interval`),
    one("set", "service-ranges", `type ${address}; flags interval`),
  ];
}

/**
 * A map for each protocol: nft would have it that a rule whose map gives a "tcp dport" is about TCP alone, and cannot read
 * back a map that gives a "th dport" (1.0.6).
 */
function endpointType(family: Family, protocol: Protocol): string {
  const target = `${family} daddr . ${protocol} dport`;
  return `typeof ${target} . numgen random mod 65536 : ${target}`;
}

function chains(family: Family): readonly Chain[] {
  const chain = (name: string, rules: readonly string[], hook?: string): Chain => ({
    kind: "chain",
    family,
    name,
    rules,
    ...(hook === undefined ? {} : { hook }),
  });
  const target = `${family} daddr . meta l4proto . th dport`;
  const fromOutside = `${family} saddr != @pod-ranges fib saddr type != local`;
  const guarded = `${target} @guarded ${target} . ${family} saddr != @allowed drop`;
  const masquerade = "masquerade fully-random";
  return [
    chain("dispatch", [`${fromOutside} ${target} vmap @outside-services`, `${target} vmap @services`]),
    chain("guard", [guarded]),
    chain("refuse", [`${target} vmap @refusals`, `${family} daddr @service-ranges goto unreachable`]),
    chain("unreachable", refusal),
    chain("prerouting", ["jump dispatch"], "type nat hook prerouting priority -100"),
    chain("output", ["jump dispatch"], "type nat hook output priority -100"),
    chain("prerouting-guard", ["ct state new jump guard"], "type filter hook prerouting priority -110"),
    chain("output-guard", ["ct state new jump guard"], "type filter hook output priority -110"),
    chain("input-refuse", ["ct state new jump refuse"], "type filter hook input priority -110"),
    chain("forward-refuse", ["ct state new jump refuse"], "type filter hook forward priority -110"),
    chain("output-refuse", ["ct state new jump refuse"], "type filter hook output priority -90"),
    chain(
      "postrouting",
      [
        `meta mark & 0x4000 == 0x4000 meta mark set meta mark xor 0x4000 ${masquerade}`,
        // Only what was sent on: who talks to itself without a service, even since before these rules, stays as it is.
        `ct status dnat ${family} saddr . ${family} daddr @hairpins ${masquerade}`,
      ],
      "type nat hook postrouting priority 100",
    ),
  ];
}

function ranges(family: Family, node: ProxyNode): readonly Element[] {
  const elements = (set: string, cidrs: readonly string[]): readonly Element[] =>
    disjoint(cidrs, family).map((key) => ({ kind: "element", family, set, key }));
  return [...elements("pod-ranges", node.podCidrs), ...elements("service-ranges", node.serviceCidrs)];
}

/** The ranges of `family` in canonical form, without those that lie in others: interval sets hold no overlaps. */
export function disjoint(cidrs: readonly string[], family: Family): readonly string[] {
  const parsed = cidrs
    .map(parseCidr)
    .filter((cidr) => cidr !== undefined)
    .map((cidr) => ({ address: networkOf(cidr), prefixLength: cidr.prefixLength }))
    .filter(({ address }) => (address.length === 4) === (family === "ip"))
    .sort((a, b) => a.prefixLength - b.prefixLength);
  const kept = parsed.filter(
    (cidr, at) => !parsed.slice(0, at).some((wider) => contains(wider, cidr.address)),
  );
  return kept.map(formatCidr);
}
