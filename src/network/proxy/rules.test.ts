/**
 * The proxy's rules against the specification, computed here from Services and slices alone: random clusters,
 * and for each packets of every kind. `NAVARCH_TABLES=10000` asks for more of them.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../test/testing/properties.ts";
import type { EndpointSlice, Service } from "#api";
import { service, slice } from "../testing/objects.ts";
import type { ProxyNode } from "./place.ts";
import { rules } from "./rules.ts";
import { SimNft } from "./sim-nft.ts";
import { type Packet, type Route, route } from "../testing/packet-route.ts";
import { diff, transaction, wholeTransaction } from "./transaction.ts";

const tables = Number(process.env["NAVARCH_TABLES"] ?? 60);

const node: ProxyNode = {
  name: "n1",
  zone: "a",
  addresses: ["192.0.2.1", "2001:db8::1"],
  podCidrs: ["10.244.0.0/16", "fd00:10:244::/56"],
  serviceCidrs: ["10.96.0.0/12", "fd00:96::/108"],
};

type Endpoints = readonly (readonly [node: number, state: number, zones: number, nodes: number])[];

interface Draft {
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer";
  readonly dual: boolean;
  readonly protocol: "TCP" | "UDP";
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
  readonly affinity: boolean;
  readonly externalIp: boolean;
  readonly ranges: readonly string[];
  readonly endpoints: Endpoints;
}

const draft: fc.Arbitrary<Draft> = fc.record({
  type: fc.constantFrom("ClusterIP", "NodePort", "LoadBalancer"),
  dual: fc.boolean(),
  protocol: fc.constantFrom("TCP", "UDP"),
  internalLocal: fc.boolean(),
  externalLocal: fc.boolean(),
  affinity: fc.boolean(),
  externalIp: fc.boolean(),
  ranges: fc.subarray(["203.0.113.0/24", "203.0.113.8/32", "192.0.2.0/24", "2001:db8:1::/48"]),
  endpoints: fc.array(fc.tuple(fc.nat(2), fc.nat(4), fc.nat(2), fc.nat(2)), { maxLength: 4 }),
});
const cluster = fc.array(fc.option(draft, { nil: undefined }), { minLength: 4, maxLength: 4 });

const states = [
  { ready: true },
  { ready: true },
  { ready: false },
  { ready: false, serving: true, terminating: true },
  { ready: false, serving: false, terminating: true },
];
const zones = [undefined, ["a"], ["b"]];
const nodes = [undefined, ["n1"], ["n2"]];

function podAddress(v6: boolean, on: number, at: number, index: number): string {
  return v6 ? `fd00:10:244:${on + 1}::${at + 1}${index}` : `10.244.${on}.${at * 10 + index}`;
}

interface Objects {
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
}

function objectsOf(drafts: readonly (Draft | undefined)[]): Objects {
  const services: Service[] = [];
  const slices: EndpointSlice[] = [];
  for (const [at, one] of drafts.entries()) {
    if (one === undefined) continue;
    services.push(serviceOf(one, at));
    for (const v6 of one.dual ? [false, true] : [false]) slices.push(sliceOf(one, at, v6));
  }
  return { services, slices };
}

function serviceOf(one: Draft, at: number): Service {
  const external = one.type !== "ClusterIP" || one.externalIp;
  return service(
    `s${at}`,
    {
      type: one.type,
      clusterIPs: one.dual ? [`10.96.0.${at + 1}`, `fd00:96::${at + 1}`] : [`10.96.0.${at + 1}`],
      internalTrafficPolicy: one.internalLocal ? "Local" : "Cluster",
      ...(external ? { externalTrafficPolicy: one.externalLocal ? "Local" : "Cluster" } : {}),
      ...(one.affinity ? { sessionAffinity: "ClientIP" } : {}),
      ...(one.externalIp ? { externalIPs: [`198.51.100.${at + 1}`, `2001:db8:e::${at + 1}`] } : {}),
      ...(one.type === "LoadBalancer" && one.ranges.length > 0
        ? { loadBalancerSourceRanges: [...one.ranges] }
        : {}),
      ports: [
        {
          name: "p",
          port: 80,
          targetPort: 8080,
          protocol: one.protocol,
          ...(one.type === "ClusterIP" ? {} : { nodePort: 30_000 + at }),
        },
      ],
    },
    {
      loadBalancer: { ingress: one.type === "LoadBalancer" ? [{ ip: `198.51.100.${at + 101}` }] : [] },
    } as never,
  );
}

function sliceOf(one: Draft, at: number, v6: boolean): EndpointSlice {
  const endpoints = one.endpoints.map(([on, state, zone, node], index) => ({
    address: podAddress(v6, on, at, index),
    node: `n${on}`,
    ...states[state],
    ...(zones[zone] === undefined ? {} : { zones: zones[zone] }),
    ...(nodes[node] === undefined ? {} : { nodes: nodes[node] }),
  }));
  const made = slice(`s${at}`, { p: 8080 }, endpoints, { protocol: one.protocol, suffix: v6 ? "v6" : "v4" });
  return { ...made, addressType: v6 ? "IPv6" : "IPv4" };
}

const packets: readonly (readonly [from: Packet["from"], source: string, source6: string])[] = [
  ["host", "192.0.2.1", "2001:db8::1"],
  ["network", "10.244.1.77", "fd00:10:244:1::77"],
  ["network", "203.0.113.8", "2001:db8:1::8"],
  ["network", "203.0.114.1", "2001:db8:2::1"],
  ["network", "192.0.2.44", "2001:db8::44"],
];
const targets = [0, 1, 2, 3].flatMap((at) => [
  { address: `10.96.0.${at + 1}`, port: 80 },
  { address: `fd00:96::${at + 1}`, port: 80 },
  { address: `198.51.100.${at + 1}`, port: 80 },
  { address: `2001:db8:e::${at + 1}`, port: 80 },
  { address: `198.51.100.${at + 101}`, port: 80 },
  { address: "192.0.2.1", port: 30_000 + at },
  { address: "2001:db8::1", port: 30_000 + at },
  { address: `10.96.0.${at + 1}`, port: 81 },
]);

/** What may become of a packet: the verdict, or one of these endpoints, masqueraded or not. */
interface Expected {
  readonly verdict: Route["verdict"];
  readonly to: ReadonlySet<string>;
  readonly masqueraded: boolean;
}

/** The specification, for one service and a packet to one of its addresses; undefined when the packet is not for it. */
function expected(one: Draft, at: number, packet: Packet): Expected | undefined {
  const v6 = packet.family === "ip6";
  if (packet.protocol !== one.protocol.toLowerCase() || (v6 && !one.dual)) return undefined;
  const way = wayIn(one, at, packet);
  if (way === undefined) return undefined;
  const { cluster, local, any } = endpointsOf(one, at, v6);
  const isPod = /^10\.244\.|^fd00:10:244:/.test(packet.source);
  const isHost = packet.from === "host";
  if (way === "balancer" && one.ranges.length > 0 && !isAllowed(one, packet)) return only("drop", packet);
  if (!any) return only("reject", packet);
  const at80 = (endpoints: readonly string[]) => new Set(endpoints.map((address) => `${address} . 8080`));
  const go = (endpoints: readonly string[], masqueraded: boolean): Expected =>
    endpoints.length === 0 ? only("drop", packet) : { verdict: "accept", to: at80(endpoints), masqueraded };
  if (way === "internal") return go(one.internalLocal ? local : cluster, !isPod);
  if (!one.externalLocal) return go(cluster, true);
  if (isPod || isHost) return go(cluster, isHost);
  return go(local, false);
}

function wayIn(
  one: Draft,
  at: number,
  { target, port }: Packet,
): "internal" | "balancer" | "external" | undefined {
  if (port === 80 && (target === `10.96.0.${at + 1}` || target === `fd00:96::${at + 1}`)) return "internal";
  if (port === 80 && target === `198.51.100.${at + 101}` && one.type === "LoadBalancer") return "balancer";
  const isExternal = target === `198.51.100.${at + 1}` || target === `2001:db8:e::${at + 1}`;
  if (port === 80 && isExternal && one.externalIp) return "external";
  return port === 30_000 + at && one.type !== "ClusterIP" ? "external" : undefined;
}

function isAllowed(one: Draft, { source }: Packet): boolean {
  const prefixes = one.ranges.map((range) =>
    range.endsWith("/24") ? range.replace("0/24", "") : range.replace("/32", "$"),
  );
  return prefixes.some((prefix) => `${source}$`.startsWith(prefix));
}

function only(verdict: Route["verdict"], { target, port }: Packet): Expected {
  return { verdict, to: new Set([`${target} . ${port}`]), masqueraded: false };
}

function endpointsOf(
  one: Draft,
  at: number,
  v6: boolean,
): { cluster: readonly string[]; local: readonly string[]; any: boolean } {
  const all = one.endpoints.map(([on, state, zone, node], index) => ({
    address: podAddress(v6, on, at, index),
    on,
    state,
    zone,
    node,
  }));
  const ready = all.filter(({ state }) => state < 2);
  const leaving = all.filter(({ state }) => state === 3);
  const hinted = ready.every(({ node }) => node > 0) ? ready.filter(({ node }) => node === 1) : [];
  const zoned = ready.every(({ zone }) => zone > 0) ? ready.filter(({ zone }) => zone === 1) : [];
  const near = hinted.length > 0 ? hinted : zoned.length > 0 ? zoned : ready;
  const here = (list: typeof all) => list.filter(({ on }) => on === 1);
  const local = here(ready).length > 0 ? here(ready) : here(leaving);
  const addresses = (list: typeof all) => list.map(({ address }) => address);
  return {
    cluster: addresses(ready.length > 0 ? near : leaving),
    local: addresses(local),
    any: ready.length + leaving.length > 0,
  };
}

function check(nft: SimNft, drafts: readonly (Draft | undefined)[], draw: number): void {
  for (const [from, source, source6] of packets) {
    for (const { address, port } of targets) {
      const v6 = address.includes(":");
      for (const protocol of ["tcp", "udp"] as const) {
        const packet: Packet = {
          family: v6 ? "ip6" : "ip",
          from,
          source: v6 ? source6 : source,
          sourceIsLocal: from === "host",
          target: address,
          isLocal: (one) => node.addresses.includes(one),
          protocol,
          port,
          draw,
        };
        const wanted = drafts
          .map((one, at) => (one === undefined ? undefined : expected(one, at, packet)))
          .find(Boolean);
        const unheld = only(/^10\.96\.|^fd00:96:/.test(address) ? "reject" : "accept", packet);
        agree(route(nft, packet), wanted ?? unheld, packet);
      }
    }
  }
}

function agree(actual: Route, wanted: Expected, packet: Packet): void {
  const says = `${packet.protocol} ${packet.source} -> ${packet.target}:${packet.port}`;
  assert.equal(actual.verdict, wanted.verdict, says);
  assert.ok(wanted.to.has(actual.to), `${says}: to ${actual.to}, not of ${[...wanted.to].join(", ")}`);
  if (actual.verdict === "accept")
    assert.equal(actual.masqueraded, wanted.masqueraded, `${says}: masqueraded`);
}

test(`the rules of ${tables} random tables send each packet where the specification does`, () => {
  fc.assert(
    fc.property(cluster, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (drafts, draw) => {
      const { services, slices } = objectsOf(drafts);
      const nft = new SimNft();
      nft.applyNow(wholeTransaction(rules(services, slices, node)));
      check(nft, drafts, draw);
    }),
    { numRuns: tables },
  );
});

test("a transaction from any table to any other leads to what a fresh table holds, and back", () => {
  fc.assert(
    fc.property(cluster, cluster, (before, after) => {
      const [a, b] = [before, after].map((drafts) => {
        const { services, slices } = objectsOf(drafts);
        return rules(services, slices, node);
      });
      assert.ok(a !== undefined && b !== undefined);
      const nft = new SimNft();
      nft.applyNow(wholeTransaction(a));
      nft.applyNow(transaction(diff(a, b)));
      const fresh = new SimNft();
      fresh.applyNow(wholeTransaction(b));
      assert.deepEqual(sorted(nft), sorted(fresh));
      nft.applyNow(transaction(diff(b, a)));
      assert.deepEqual(diff(a, a), []);
    }),
    { numRuns: Math.ceil(tables / 4) },
  );
});

test("the table does not depend on the order of services and slices", () => {
  fc.assert(
    fc.property(cluster, (drafts) => {
      const { services, slices } = objectsOf(drafts);
      assert.deepEqual(
        diff(rules(services, slices, node), rules(services.toReversed(), slices.toReversed(), node)),
        [],
      );
    }),
    { numRuns: 100 },
  );
});

test("two services with one external address: the first by name has it, and the other when that one goes", () => {
  const one = (name: string, at: number) =>
    service(name, {
      clusterIPs: [`10.96.0.${at}`],
      externalIPs: ["198.51.100.1"],
      ports: [{ name: "p", port: 80, targetPort: 8080, protocol: "TCP" }],
    });
  const slices = [
    slice("a", { p: 8080 }, [{ address: "10.244.0.1" }]),
    slice("b", { p: 8080 }, [{ address: "10.244.0.2" }]),
  ];
  const packet = { ...outsider, target: "198.51.100.1" };
  const both = new SimNft();
  both.applyNow(wholeTransaction(rules([one("b", 2), one("a", 1)], slices, node)));
  assert.equal(route(both, packet).to, "10.244.0.1 . 8080");
  const second = new SimNft();
  second.applyNow(wholeTransaction(rules([one("b", 2)], slices, node)));
  assert.equal(route(second, packet).to, "10.244.0.2 . 8080");
});

test("a client with affinity stays with its endpoint while that is there, by every address", () => {
  const sticky = service("s", {
    clusterIPs: ["10.96.0.1"],
    externalIPs: ["198.51.100.1"],
    sessionAffinity: "ClientIP",
    ports: [{ name: "p", port: 80, targetPort: 8080, protocol: "TCP" }],
  });
  const all = [1, 2, 3].map((at) => ({ address: `10.244.0.${at}` }));
  const nft = new SimNft();
  let table = rules([sticky], [slice("s", { p: 8080 }, all)], node);
  nft.applyNow(wholeTransaction(table));
  const packet = { ...outsider, target: "10.96.0.1", draw: 0.5 };
  assert.equal(route(nft, packet).to, "10.244.0.2 . 8080");
  assert.equal(route(nft, { ...packet, draw: 0.9, target: "198.51.100.1" }).to, "10.244.0.2 . 8080");
  for (const [left, to] of [
    [all.slice(1), "10.244.0.2 . 8080"],
    [all.slice(2), "10.244.0.3 . 8080"],
  ] as const) {
    const next = rules([sticky], [slice("s", { p: 8080 }, left)], node);
    nft.applyNow(transaction(diff(table, next)));
    table = next;
    assert.equal(route(nft, { ...packet, draw: 0.1 }).to, to);
  }
});

test("a pod that reaches itself through a service is masqueraded", () => {
  const one = service("s", {
    clusterIPs: ["10.96.0.1"],
    ports: [{ name: "p", port: 80, targetPort: 80, protocol: "TCP" }],
  });
  const nft = new SimNft();
  nft.applyNow(
    wholeTransaction(rules([one], [slice("s", { p: 80 }, [{ address: "10.244.1.5", node: "n1" }])], node)),
  );
  const packet = { ...outsider, source: "10.244.1.5", target: "10.96.0.1" };
  assert.deepEqual(route(nft, packet), { verdict: "accept", to: "10.244.1.5 . 80", masqueraded: true });
  assert.equal(route(nft, { ...packet, source: "10.244.1.6" }).masqueraded, false);
});

test("a machine that talks to itself without a service is not masqueraded, though it is an endpoint", () => {
  const one = service("s", {
    clusterIPs: ["10.96.0.1"],
    ports: [{ name: "p", port: 443, targetPort: 6443, protocol: "TCP" }],
  });
  const nft = new SimNft();
  nft.applyNow(
    wholeTransaction(rules([one], [slice("s", { p: 6443 }, [{ address: "192.0.2.1", node: "n1" }])], node)),
  );
  const self: Packet = { ...outsider, from: "host", source: "192.0.2.1", sourceIsLocal: true };
  assert.equal(route(nft, { ...self, target: "192.0.2.1", port: 6443 }).masqueraded, false);
  const byService = { verdict: "accept", to: "192.0.2.1 . 6443", masqueraded: true };
  assert.deepEqual(route(nft, { ...self, target: "10.96.0.1", port: 443 }), byService);
});

const outsider: Packet = {
  family: "ip",
  from: "network",
  source: "203.0.113.1",
  sourceIsLocal: false,
  target: "",
  isLocal: (address) => node.addresses.includes(address),
  protocol: "tcp",
  port: 80,
  draw: 0,
};

function sorted(nft: SimNft): unknown {
  return [...nft.tables].map(([name, { chains, sets }]) => [
    name,
    [...chains].sort(([a], [b]) => (a < b ? -1 : 1)),
    [...sets]
      .map(([set, { elements }]) => [set, [...elements].sort(([a], [b]) => (a < b ? -1 : 1))] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
}
