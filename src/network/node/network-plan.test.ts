/** Addresses and routes of a machine, from the nodes of the cluster. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node } from "#api";
import { networkPlan, tunnelMac, tunnelRoute } from "./network-plan.ts";

function node(name: string, podCIDR: string | undefined, address: string): Node {
  return {
    metadata: { name },
    spec: podCIDR === undefined ? {} : { podCIDR, podCIDRs: [podCIDR] },
    status: { addresses: [{ type: "InternalIP", address }] },
  } as unknown as Node;
}

test("a machine has its pods' gateway, a way to services, and one to each node that can be reached", () => {
  const nodes = [
    node("n1", "10.244.0.0/24", "192.168.7.1"),
    node("n3", "10.244.2.0/24", "192.168.8.3"),
    node("n2", "10.244.1.0/24", "192.168.7.2"),
    node("new", undefined, "192.168.7.4"),
    node("virtual", "10.244.3.0/24", "127.0.0.1"),
    node("v6", "fd00:10:244::/64", "192.168.7.5"),
  ];
  const route = { device: "lo", source: "10.244.0.1" };
  assert.deepEqual(
    networkPlan("n1", nodes, ["10.96.0.0/12", "10.100.0.0/16", "172.30.0.0/16", "fd00::/108"]),
    {
      podSideAddress: "10.244.0.1",
      serviceRoutes: [
        { destination: "10.96.0.0/12", ...route },
        { destination: "172.30.0.0/16", ...route },
      ],
      neighbors: [
        { podCidr: "10.244.1.0/24", address: "192.168.7.2" },
        { podCidr: "10.244.2.0/24", address: "192.168.8.3" },
      ],
    },
  );
});

test("a node without a range yet has a way to services", () => {
  const { podSideAddress, serviceRoutes } = networkPlan(
    "n1",
    [node("n1", undefined, "192.168.7.1")],
    ["10.96.0.0/12"],
  );
  assert.deepEqual(
    [podSideAddress, serviceRoutes],
    [undefined, [{ destination: "10.96.0.0/12", device: "lo" }]],
  );
});

test("the far end of a tunnel has addresses that follow from its range", () => {
  const neighbor = { podCidr: "10.244.2.0/24", address: "192.168.8.3" };
  assert.equal(tunnelMac("10.244.2.1"), "0e:4e:0a:f4:02:01");
  assert.equal(tunnelRoute(neighbor, "10.244.0.1").via, "10.244.2.1");
});
