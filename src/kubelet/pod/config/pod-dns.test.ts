/** Every DNS policy, with and without a configuration of the pod's own, and the limits of resolvers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "#api";
import { podDns } from "./pod-dns.ts";

const node = {
  clusterDns: ["10.96.0.10"],
  clusterDomain: "cluster.local",
  nodeDns: { servers: ["192.0.2.53"], searches: ["corp.example"], options: ["timeout:1"] },
};
const own = {
  servers: ["10.96.0.10"],
  searches: ["a.svc.cluster.local", "svc.cluster.local", "cluster.local"],
};
const cluster = { servers: own.servers, searches: [...own.searches, "corp.example"], options: ["ndots:5"] };

function dnsOf(spec: object, of: Parameters<typeof podDns>[1] = node): ReturnType<typeof podDns> {
  return podDns({ metadata: { name: "p", namespace: "a" }, spec } as unknown as Pod, of);
}

const rows: readonly (readonly [what: string, spec: object, config: object])[] = [
  ["ClusterFirst is the default", {}, cluster],
  ["ClusterFirst on the node's network is the node's", { hostNetwork: true }, node.nodeDns],
  ["ClusterFirstWithHostNet", { dnsPolicy: "ClusterFirstWithHostNet", hostNetwork: true }, cluster],
  ["Default is the node's", { dnsPolicy: "Default" }, node.nodeDns],
  [
    "None is the pod's own",
    { dnsPolicy: "None", dnsConfig: { nameservers: ["1.1.1.1"], searches: ["x.example"] } },
    { servers: ["1.1.1.1"], searches: ["x.example"], options: [] },
  ],
  [
    "what the pod adds comes after, once, and its options replace",
    {
      dnsConfig: {
        nameservers: ["10.96.0.10", "1.1.1.1"],
        searches: ["svc.cluster.local", "x.example"],
        options: [{ name: "ndots", value: "2" }, { name: "edns0" }],
      },
    },
    {
      servers: ["10.96.0.10", "1.1.1.1"],
      searches: [...cluster.searches, "x.example"],
      options: ["ndots:2", "edns0"],
    },
  ],
];

for (const [what, spec, config] of rows)
  test(`resolv.conf: ${what}`, () => assert.deepEqual(dnsOf(spec), { config, omissions: [] }));

test("resolv.conf: a node that knows no cluster DNS gives its own", () => {
  assert.deepEqual(dnsOf({}, { ...node, clusterDns: [] }).config, node.nodeDns);
});

test("resolv.conf: a fourth server is left out, and told", () => {
  const nameservers = ["1.1.1.1", "2.2.2.2", "3.3.3.3"];
  const { config, omissions } = dnsOf({ dnsConfig: { nameservers } });
  assert.deepEqual(config.servers, ["10.96.0.10", "1.1.1.1", "2.2.2.2"]);
  assert.deepEqual(omissions, [
    "Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: " +
      "10.96.0.10 1.1.1.1 2.2.2.2",
  ]);
});

test("resolv.conf: search paths end at 32, at 2048 characters, and without any over 255", () => {
  const many = Array.from({ length: 40 }, (_, at) => `d${at}.example`);
  assert.equal(dnsOf({ dnsConfig: { searches: many } }).config.searches.length, 32);
  const long = Array.from({ length: 20 }, (_, at) => `${"x".repeat(120)}.d${at}.example`);
  const { config, omissions } = dnsOf({ dnsConfig: { searches: long } });
  assert.ok(config.searches.join(" ").length <= 2_048);
  assert.ok(config.searches.length > 15);
  assert.match(omissions.join(), /^Search Line limits were exceeded/);
  assert.deepEqual(dnsOf({ dnsConfig: { searches: ["y".repeat(256)] } }).config.searches, cluster.searches);
});
