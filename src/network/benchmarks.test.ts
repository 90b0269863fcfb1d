/** The room's benchmarks run with small parameters, so that they do not rot. Figures are not judged here. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { dnsServerBench } from "./dns/dns-server.bench.ts";
import { serviceProxyBench } from "./proxy/service-proxy.bench.ts";

test("the benchmark of the service proxy runs", async () => {
  assert.equal((await serviceProxyBench({ services: 20, endpoints: 2, changes: 5 })).length, 2);
});

test("the benchmark of the DNS server runs", async () => {
  assert.equal((await dnsServerBench({ services: 10, queries: 100 })).length, 4);
});
