/**
 * Real packets through the kernel's own tables: a node with two pods and a client beyond it, each a network namespace.
 * There is no way out of them, no default route, and nothing is left at the end.
 *
 *   pod-a 10.244.0.2 --\
 *                       node 10.244.0.1 / 192.0.2.1 -- outside 192.0.2.9
 *   pod-b 10.244.0.3 --/
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { EndpointSlice, Service } from "#api";
import { createRealEnv, SystemProcesses } from "#base/real";
import { Asker, echo, type Question } from "../testing/asker.ts";
import { NetworkNamespace, noNamespaces } from "../testing/network-namespace.ts";
import { type EndpointDraft, service, slice } from "../testing/objects.ts";
import { InteractiveNft } from "./interactive-nft.ts";
import type { ProxyNode } from "./place.ts";
import { rules } from "./rules.ts";
import { diff, transaction, wholeTransaction } from "./transaction.ts";

const skip = noNamespaces(["nft"]);
const { signal } = new AbortController();
const place: ProxyNode = {
  name: "n1",
  zone: "",
  addresses: ["192.0.2.1"],
  podCidrs: ["10.244.0.0/16"],
  serviceCidrs: ["10.96.0.0/12"],
};

class Site {
  readonly env = createRealEnv({ name: "packets" });
  readonly node = NetworkNamespace.make();
  readonly podA = NetworkNamespace.make();
  readonly podB = NetworkNamespace.make();
  readonly outside = NetworkNamespace.make();
  readonly nft = new InteractiveNft(
    this.env,
    { processes: new SystemProcesses() },
    { command: this.node.command("nft") },
  );
  readonly #programs = new DisposableStack();
  readonly #askers = new Map<NetworkNamespace, Asker>();

  async start(): Promise<void> {
    const wire = (other: NetworkNamespace, name: string, address: string, gateway: string): void => {
      NetworkNamespace.join(this.node, name, other, "eth0");
      this.node.run("ip", "address", "add", `${gateway}/32`, "dev", name);
      this.node.run("ip", "route", "add", `${address}/32`, "dev", name, "src", gateway);
      other.run("ip", "address", "add", `${address}/32`, "dev", "eth0");
      other.run("ip", "route", "add", `${gateway}/32`, "dev", "eth0");
      for (const range of ["10.0.0.0/8", "192.0.2.0/24", "198.51.100.0/24"])
        other.run("ip", "route", "add", range, "via", gateway, "dev", "eth0");
    };
    wire(this.podA, "pod-a", "10.244.0.2", "10.244.0.1");
    wire(this.podB, "pod-b", "10.244.0.3", "10.244.0.1");
    wire(this.outside, "outside", "192.0.2.9", "192.0.2.1");
    this.node.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
    this.node.run("ip", "route", "add", "10.96.0.0/12", "dev", "lo"); // What the node adds for its own traffic.
    this.node.run("ip", "route", "add", "198.51.100.0/24", "dev", "lo");
    this.#programs.use(await echo(this.podA, "a"));
    this.#programs.use(await echo(this.podB, "b"));
  }

  ask(from: NetworkNamespace, address: string, question?: Question): Promise<readonly string[]> {
    const asker = this.#askers.get(from) ?? this.#programs.use(new Asker(from));
    this.#askers.set(from, asker);
    return asker.ask(address, question);
  }

  async close(): Promise<void> {
    this.#programs[Symbol.dispose]();
    await this.nft[Symbol.asyncDispose]();
    await this.env[Symbol.asyncDispose]();
    for (const namespace of [this.node, this.podA, this.podB, this.outside]) namespace[Symbol.dispose]();
  }
}

let site: Site;
let table = rules([], [], place);
before(async () => {
  if (skip !== false) return;
  site = new Site();
  await site.start();
  await site.nft.apply(wholeTransaction(table), signal);
});
after(async () => {
  if (skip === false) await site.close();
});

/** Brings the kernel to these services by one transaction, as the proxy does. */
async function install(services: readonly Service[], slices: readonly EndpointSlice[]): Promise<void> {
  const next = rules(services, slices, place);
  await site.nft.apply(transaction(diff(table, next)), signal);
  table = next;
}

const a: EndpointDraft = { address: "10.244.0.2", node: "n1" };
const b: EndpointDraft = { address: "10.244.0.3", node: "n1" };
const port = { name: "", port: 80, targetPort: 8080, protocol: "TCP" };
const endpoints = (...drafts: readonly EndpointDraft[]) => [slice("web", { "": 8080 }, drafts)];
const web = (spec: Readonly<Record<string, unknown>> = {}, status: object = {}) => [
  service("web", { clusterIPs: ["10.96.0.5"], ports: [port], ...spec }, status as never),
];
const names = (answers: readonly string[]): string =>
  [...new Set(answers.map((one) => one.split(" ")[0]))].sort().join();

test("packets: a cluster IP reaches every endpoint, from pods as themselves, from the node and outside masqueraded", {
  skip,
}, async () => {
  await install(web(), endpoints(a, b));
  assert.equal(names(await site.ask(site.podB, "10.96.0.5", { count: 20 })), "a,b");
  await install(web(), endpoints(a));
  assert.deepEqual(await site.ask(site.podB, "10.96.0.5"), ["a 10.244.0.3"]);
  assert.deepEqual(await site.ask(site.node, "10.96.0.5"), ["a 10.244.0.1"]);
  assert.deepEqual(await site.ask(site.outside, "10.96.0.5"), ["a 10.244.0.1"]);
});

test("packets: datagrams reach every endpoint, and are refused without", { skip }, async () => {
  const udp = { ...port, protocol: "UDP" };
  const slices = (...drafts: readonly EndpointDraft[]) => [
    slice("web", { "": 8080 }, drafts, { protocol: "UDP" }),
  ];
  await install(web({ ports: [udp] }), slices(a, b));
  assert.equal(names(await site.ask(site.podB, "10.96.0.5", { count: 20, protocol: "udp" })), "a,b");
  await install(web({ ports: [udp] }), slices(a));
  assert.deepEqual(await site.ask(site.podB, "10.96.0.5", { protocol: "udp" }), ["a 10.244.0.3"]);
  assert.deepEqual(await site.ask(site.node, "10.96.0.5", { protocol: "udp" }), ["a 10.244.0.1"]);
  assert.deepEqual(await site.ask(site.outside, "10.96.0.5"), ["ECONNREFUSED"], "TCP is another port");
  await install(web({ ports: [udp] }), []);
  // The kernel tells one peer of refusals once a second; this one has heard none yet.
  assert.deepEqual(await site.ask(site.podA, "10.96.0.5", { protocol: "udp" }), ["ECONNREFUSED"]);
});

test("packets: a pod reaches itself through its service", { skip }, async () => {
  await install(web(), endpoints(a));
  assert.deepEqual(await site.ask(site.podA, "10.96.0.5"), ["a 10.244.0.1"]);
});

test("packets: without endpoints, at a port that is none, and at an address that no service holds: refused at once", {
  skip,
}, async () => {
  await install(web(), []);
  for (const from of [site.node, site.podA, site.outside]) {
    assert.deepEqual(await site.ask(from, "10.96.0.5"), ["ECONNREFUSED"]);
    assert.deepEqual(await site.ask(from, "10.96.0.5", { port: 81 }), ["ECONNREFUSED"]);
    assert.deepEqual(await site.ask(from, "10.96.7.7"), ["ECONNREFUSED"]);
  }
});

test("packets: a client with affinity stays, and moves when its endpoint goes", { skip }, async () => {
  const sticky = web({ sessionAffinity: "ClientIP" });
  await install(sticky, endpoints(a, b));
  const first = names(await site.ask(site.outside, "10.96.0.5", { count: 10 }));
  assert.match(first, /^[ab]$/);
  await install(sticky, endpoints(first === "a" ? b : a));
  assert.equal(names(await site.ask(site.outside, "10.96.0.5", { count: 5 })), first === "a" ? "b" : "a");
  await install(sticky, endpoints(a, b));
  assert.equal(names(await site.ask(site.outside, "10.96.0.5", { count: 10 })), first === "a" ? "b" : "a");
});

test("packets: a node port, masqueraded with policy Cluster, as itself with policy Local", {
  skip,
}, async () => {
  const nodePort = { type: "NodePort", ports: [{ ...port, nodePort: 30_080 }] };
  await install(web(nodePort), endpoints(a));
  assert.deepEqual(await site.ask(site.outside, "192.0.2.1", { port: 30_080 }), ["a 10.244.0.1"]);
  const local = { ...nodePort, externalTrafficPolicy: "Local" };
  await install(web(local), endpoints(a));
  assert.deepEqual(await site.ask(site.outside, "192.0.2.1", { port: 30_080 }), ["a 192.0.2.9"]);
  assert.deepEqual(await site.ask(site.podB, "192.0.2.1", { port: 30_080 }), ["a 10.244.0.3"]);
  await install(web(local), endpoints({ ...a, node: "n2" }));
  assert.deepEqual(
    await site.ask(site.outside, "192.0.2.1", { port: 30_080 }),
    ["ETIMEDOUT"],
    "dropped: another node has the endpoint",
  );
  assert.deepEqual(
    await site.ask(site.node, "192.0.2.1", { port: 30_080 }),
    ["a 10.244.0.1"],
    "but the node itself gets there",
  );
});

test("packets: a load balancer's address, for its source ranges only", { skip }, async () => {
  const status = { loadBalancer: { ingress: [{ ip: "198.51.100.7", ipMode: "VIP" }] } };
  const balanced = { type: "LoadBalancer", externalTrafficPolicy: "Cluster" };
  await install(web({ ...balanced, loadBalancerSourceRanges: ["192.0.2.0/28"] }, status), endpoints(b));
  assert.deepEqual(await site.ask(site.outside, "198.51.100.7"), ["b 10.244.0.1"]);
  assert.deepEqual(await site.ask(site.podA, "198.51.100.7"), ["ETIMEDOUT"]);
  await install(web({ ...balanced, externalIPs: ["198.51.100.8"] }, status), endpoints(b));
  assert.deepEqual(await site.ask(site.podA, "198.51.100.7"), ["b 10.244.0.1"]);
  assert.deepEqual(await site.ask(site.outside, "198.51.100.8"), ["b 10.244.0.1"]);
});
