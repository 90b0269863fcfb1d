/** What one service puts into the table, and how little changes when an endpoint does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { service, slice } from "../testing/objects.ts";
import { Ledger } from "./ledger.ts";
import { serviceRules } from "./service-rules.ts";
import { transaction } from "./transaction.ts";

const node = { name: "n1", zone: "", addresses: [], podCidrs: [], serviceCidrs: [] };
const ports = [{ name: "p", port: 80, targetPort: 8080, protocol: "TCP" }];
const web = service("web", { clusterIPs: ["10.96.0.5"], ports });

function endpoints(count: number): { address: string; node: string }[] {
  return Array.from({ length: count }, (_, at) => ({ address: `10.244.${at >> 8}.${at & 255}`, node: "n2" }));
}

test("one endpoint less of a thousand moves one other, and is a transaction of five elements", () => {
  const ledger = new Ledger();
  const before = serviceRules(web, [slice("web", { p: 8080 }, endpoints(1_000))], node);
  ledger.claim("web", before.entries);
  ledger.take();
  const after = serviceRules(web, [slice("web", { p: 8080 }, endpoints(1_000).slice(1))], node, before);
  ledger.claim("web", after.entries);
  const elements = transaction(ledger.take())
    .filter((command) => command.includes(" element "))
    .flatMap((command) =>
      command
        .replace(/^(\w+) .* \{ (.*) \}$/, (_, verb, list) => list.replace(/^|, /g, `\n${verb} `))
        .split("\n"),
    )
    .filter((line) => line !== "");
  assert.equal(elements.length, 5);
  assert.ok(elements.includes("delete 10.96.0.5 . 80 . 0"));
  assert.ok(elements.includes("delete 10.96.0.5 . 80 . 999"));
  assert.ok(elements.some((line) => line.startsWith("add 10.96.0.5 . 80 . 0 : ")));
  assert.ok(elements.includes("add 10.96.0.5 . tcp . 80 : goto cluster-tcp-999"));
});

test("an endpoint that moves between slices counts once, as ready as either says", () => {
  const slices = [
    slice("web", { p: 8080 }, [{ address: "10.244.0.1", ready: false }], { suffix: "old" }),
    slice("web", { p: 8080 }, [{ address: "10.244.0.1" }], { suffix: "new" }),
  ];
  for (const order of [slices, slices.toReversed()])
    assert.deepEqual([...serviceRules(web, order, node).slots.values()], [["10.244.0.1 . 8080"], []]);
});

test("headless services, ExternalNames and those that somebody else proxies have no rules", () => {
  const others = [
    service("a", { clusterIPs: ["None"], ports }),
    service("b", { type: "ExternalName", externalName: "example.com" }),
    {
      ...web,
      metadata: { ...web.metadata, labels: { "service.kubernetes.io/service-proxy-name": "other" } },
    },
  ];
  for (const one of others) assert.deepEqual(serviceRules(one, [], node).entries, []);
});

test("a health check port tells how many endpoints are ready here, for policy Local only", () => {
  const spec = { clusterIPs: ["10.96.0.5"], type: "LoadBalancer", healthCheckNodePort: 31_000, ports };
  const slices = [
    slice("web", { p: 8080 }, [
      { address: "10.244.0.1", node: "n1" },
      { address: "10.244.0.2", node: "n2" },
    ]),
  ];
  const local = service("web", { ...spec, externalTrafficPolicy: "Local" });
  assert.deepEqual(serviceRules(local, slices, node).healthCheck, { port: 31_000, localEndpoints: 1 });
  assert.equal(serviceRules(service("web", spec), slices, node).healthCheck, undefined);
});
