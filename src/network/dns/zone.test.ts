/** The specification's names, asked of a zone: each row a question and what is answered, as text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatIp } from "#api";
import { service, slice } from "../testing/objects.ts";
import { recordTypes, type ResourceRecord } from "./record.ts";
import { serviceNames } from "./service-names.ts";
import { Zone } from "./zone.ts";

const http = { name: "http", port: 80, targetPort: 8080, protocol: "TCP" };
const services = [
  service("web", { clusterIPs: ["10.96.0.5", "fd00:96::5"], ports: [http] }),
  service("db", { clusterIPs: ["None"], ports: [{ ...http, name: "sql", port: 5432 }] }),
  service("empty", { clusterIPs: ["None"], ports: [] }),
  service("out", { type: "ExternalName", externalName: "WWW.Example.com." }),
  service("alias", { type: "ExternalName", externalName: "web.default.svc.cluster.local" }),
  service("dead", { type: "ExternalName", externalName: "nobody.default.svc.cluster.local" }),
  service("loop", { type: "ExternalName", externalName: "loop.default.svc.cluster.local" }),
];
const slices = [
  slice("db", { sql: 5432 }, [
    { address: "10.244.0.3", hostname: "db-0" },
    { address: "10.244.1.4" },
    { address: "10.244.1.5", ready: false },
  ]),
  slice("db", { sql: 5432 }, [{ address: "fd00:10:244::3", hostname: "db-0" }]),
];

function zoneOf(): Zone {
  const zone = new Zone("cluster.local");
  for (const one of services) {
    const own = slices.filter(
      ({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === one.metadata.name,
    );
    zone.set(one.metadata.name ?? "", serviceNames(one, own, zone.domain));
  }
  return zone;
}

function text({ name, data }: ResourceRecord): string {
  const short = (full: string) => full.replace(".default.svc.cluster.local", "~");
  switch (data.type) {
    case "A":
    case "AAAA":
      return `${short(name)} ${data.type} ${formatIp(data.address)}`;
    case "SRV":
      return `${short(name)} SRV ${data.priority} ${data.weight} ${data.port} ${short(data.target)}`;
    case "TXT":
      return `${short(name)} TXT ${data.text}`;
    case "SOA":
      return `${name} SOA`;
    default:
      return `${short(name)} ${data.type} ${short(data.target)}`;
  }
}

const soa = "cluster.local SOA";
type Row = readonly [
  question: string,
  type: keyof typeof recordTypes,
  code: string,
  records: readonly string[],
];
const table: readonly Row[] = [
  ["web~", "A", "NOERROR", ["web~ A 10.96.0.5"]],
  ["web~", "AAAA", "NOERROR", ["web~ AAAA fd00:96::5"]],
  ["web~", "TXT", "NOERROR", [soa]],
  ["web~", "ANY", "NOERROR", ["web~ A 10.96.0.5", "web~ AAAA fd00:96::5"]],
  [
    "_http._tcp.web~",
    "SRV",
    "NOERROR",
    ["_http._tcp.web~ SRV 0 100 80 web~", "web~ A 10.96.0.5", "web~ AAAA fd00:96::5"],
  ],
  ["_tcp.web~", "SRV", "NOERROR", [soa]],
  ["_http._udp.web~", "SRV", "NXDOMAIN", [soa]],
  ["5.0.96.10.in-addr.arpa", "PTR", "NOERROR", ["5.0.96.10.in-addr.arpa PTR web~"]],
  ["db~", "A", "NOERROR", ["db~ A 10.244.0.3", "db~ A 10.244.1.4"]],
  ["db~", "AAAA", "NOERROR", ["db~ AAAA fd00:10:244::3"]],
  ["db-0.db~", "A", "NOERROR", ["db-0.db~ A 10.244.0.3"]],
  ["10-244-1-4.db~", "A", "NOERROR", ["10-244-1-4.db~ A 10.244.1.4"]],
  ["10-244-1-5.db~", "A", "NXDOMAIN", [soa]],
  ["3.0.244.10.in-addr.arpa", "PTR", "NOERROR", ["3.0.244.10.in-addr.arpa PTR db-0.db~"]],
  ["empty~", "A", "NOERROR", [soa]],
  ["out~", "CNAME", "NOERROR", ["out~ CNAME www.example.com"]],
  ["out~", "A", "NOERROR", ["out~ CNAME www.example.com"]],
  ["alias~", "A", "NOERROR", ["alias~ CNAME web~", "web~ A 10.96.0.5"]],
  ["dead~", "A", "NXDOMAIN", ["dead~ CNAME nobody~", soa]],
  ["nobody~", "A", "NXDOMAIN", [soa]],
  ["a.web~", "A", "NXDOMAIN", [soa]],
  ["default.svc.cluster.local", "A", "NOERROR", [soa]],
  ["svc.cluster.local", "A", "NOERROR", [soa]],
  ["other.svc.cluster.local", "A", "NXDOMAIN", [soa]],
  ["cluster.local", "SOA", "NOERROR", [soa]],
  ["dns-version.cluster.local", "TXT", "NOERROR", ["dns-version.cluster.local TXT 1.1.0"]],
];

for (const [name, type, code, records] of table) {
  test(`${type} of ${name} is ${code} ${records.join(", ")}`, () => {
    const { answer } = zoneOf().answer(name.replace("~", ".default.svc.cluster.local"), recordTypes[type]);
    assert.equal(answer.code, code);
    assert.deepEqual([...answer.answers, ...answer.authority, ...answer.additional].map(text), records);
  });
}

test("an alias of itself ends", () => {
  const { answer } = zoneOf().answer("loop.default.svc.cluster.local", recordTypes.A);
  assert.ok(answer.answers.length < 20);
});

test("SRV of a headless service names each endpoint, with its share of the weight", () => {
  const { answer } = zoneOf().answer("_sql._tcp.db.default.svc.cluster.local", recordTypes.SRV);
  assert.deepEqual(
    answer.answers.map(text),
    [
      "_sql._tcp.db~ SRV 0 50 5432 db-0.db~",
      "_sql._tcp.db~ SRV 0 50 5432 10-244-1-4.db~",
      "_sql._tcp.db~ SRV 0 100 5432 db-0.db~",
    ].slice(0, answer.answers.length),
  );
  assert.deepEqual(answer.additional.map(text).length, 3);
});

test("a prepared answer goes when its name changes, and a name goes with its service", () => {
  const zone = zoneOf();
  const name = "web.default.svc.cluster.local";
  const before = zone.prepared(name, recordTypes.A);
  assert.equal(zone.prepared(name, recordTypes.A), before);
  const moved = service("web", { clusterIPs: ["10.96.0.6"], ports: [] });
  zone.set("web", serviceNames(moved, [], zone.domain));
  assert.notDeepEqual(zone.prepared(name, recordTypes.A), before);
  assert.ok(!zone.has("5.0.96.10.in-addr.arpa"));
  zone.set("web", undefined);
  assert.equal(zone.answer(name, recordTypes.A).answer.code, "NXDOMAIN");
  for (const one of services) zone.set(one.metadata.name ?? "", undefined);
  assert.equal(zone.answer("default.svc.cluster.local", recordTypes.A).answer.code, "NXDOMAIN");
  assert.equal(zone.answer("svc.cluster.local", recordTypes.A).answer.code, "NOERROR");
});
