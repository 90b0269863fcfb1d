/** A cluster's addresses and names, where they are not the usual ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pod, pods, type Service, services } from "#api";
import { SimWorld } from "#base/sim";
import { inspectCertificate } from "#base/pki";
import { MemoryJournal } from "#store";
import { Cluster } from "./cluster.ts";
import { ClusterError } from "./errors.ts";
import { MemoryDisk } from "./memory-disk.ts";
import {
  dnsAddressIn,
  nodeAddressOf,
  parseClusterCidr,
  parseClusterDomain,
  parseNodePortRange,
  parseServiceRange,
  podCidrOf,
} from "./network-ranges.ts";

const { signal } = new AbortController();
const config = {
  name: "ranges",
  controllers: true,
  scheduler: true,
  virtualNodes: 1,
  ranges: {
    serviceRange: "10.20.0.0/16,fd00:20::/108",
    nodePortRange: "31000-31000",
    clusterCidr: "10.30.0.0/16",
    clusterDomain: "example.test",
  },
};

test("services, pods, the certificate and the issuer follow the ranges and the domain", async () => {
  const world = new SimWorld("ranges");
  const key = { name: "a", namespace: "default" };
  const cluster = await world.run(async () => {
    const parts = { env: world.env("ranges"), journal: new MemoryJournal(), disk: new MemoryDisk() };
    const made = await Cluster.start(parts, config, signal);
    const pod = { metadata: key, spec: { containers: [{ name: "c", image: "nginx" }] } };
    await made.client().of<Pod>(pods).create(pod, signal);
    return made;
  });
  await world.advance(10_000);
  await world.run(async () => {
    const client = cluster.client();
    const kubernetes = await client.of<Service>(services).get({ ...key, name: "kubernetes" }, signal);
    assert.equal(kubernetes.spec.clusterIP, "10.20.0.1");
    const web = await client.of<Service>(services).create(
      {
        metadata: { name: "web", namespace: "default" },
        spec: { type: "NodePort", ipFamilyPolicy: "PreferDualStack", ports: [{ port: 80 }] },
      },
      signal,
    );
    assert.equal(web.spec.ports?.[0]?.nodePort, 31_000);
    assert.match(web.spec.clusterIPs?.join(" ") ?? "", /^10\.20\.\d+\.\d+ fd00:20::/);
    const { dnsNames, ipAddresses } = inspectCertificate(cluster.pki.apiserver.certificatePem);
    for (const name of ["10.20.0.1", "FD00:20:0:0:0:0:0:1", "kubernetes.default.svc.example.test"])
      assert.ok([...dnsNames, ...ipAddresses].includes(name), name);
    const pod = await client.of<Pod>(pods).get(key, signal);
    assert.match(pod.status.podIP ?? "", /^10\.30\.0\./);
    const path = "/.well-known/openid-configuration";
    const reply = await client.raw.request({ method: "GET", path }, signal);
    const document = Buffer.from(reply.body as Uint8Array).toString();
    assert.match(document, /"issuer":\s*"https:\/\/kubernetes\.default\.svc\.example\.test"/);
    await cluster[Symbol.asyncDispose]();
  });
});

test("pieces of the pod range are nodes', in order", () => {
  assert.equal(podCidrOf(0), "10.244.0.0/24");
  assert.equal(podCidrOf(257, "10.30.0.0/12"), "10.31.1.0/24");
});

test("virtual nodes have loopback addresses of their own, however many there are", () => {
  assert.deepEqual([0, 254, 255, 65_535].map(nodeAddressOf), [
    "127.0.0.1",
    "127.0.0.255",
    "127.0.1.0",
    "127.1.0.0",
  ]);
});

const wrong: readonly (readonly [what: string, act: () => unknown])[] = [
  ["one family twice", () => parseServiceRange("10.0.0.0/24,10.1.0.0/24")],
  ["a service range without a length", () => parseServiceRange("10.0.0.0")],
  ["node ports backwards", () => parseNodePortRange("3000-2000")],
  ["a pod range too small for a node", () => parseClusterCidr("10.0.0.0/25")],
  ["a pod range of IPv6", () => parseClusterCidr("fd00::/64")],
  ["a domain that is none", () => parseClusterDomain("Cluster_Local")],
  ["a service range without room for DNS", () => dnsAddressIn("10.0.0.248/29")],
  ["DNS in a range of IPv6", () => dnsAddressIn("fd00::/108,10.0.0.0/24")],
];
for (const [what, act] of wrong) {
  test(`refused: ${what}`, () =>
    assert.throws(act, (error) => error instanceof ClusterError && error.code === "bad-option"));
}
