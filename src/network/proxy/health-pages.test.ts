/** The proxy's pages over real sockets, for a proxy that is what the test says. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { createRealEnv } from "#base/real";
import { HttpPages } from "../http-pages-node.ts";
import { HealthPages, type ProxyHealth } from "./health-pages.ts";
import type { HealthCheck } from "./service-rules.ts";

class Proxy implements ProxyHealth {
  healthChecks: ReadonlyMap<string, HealthCheck> = new Map();
  healthy = true;
  updatedAt = 1_000;
  nodeEligible = true;
  readonly #listeners = new Set<() => void>();

  onSettled(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  settle(changes: Partial<Proxy>): void {
    Object.assign(this, changes);
    for (const listener of this.#listeners) listener();
  }
}

interface Got {
  readonly status: number;
  readonly weight: string | undefined;
  readonly text: string;
}

function get(port: number, path: string): Promise<Got> {
  return new Promise((resolve, reject) => {
    const call = request({ host: "127.0.0.1", port, path, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => (text += part));
      const weight = answer.headers["x-load-balancing-endpoint-weight"] as string | undefined;
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, weight, text }));
    });
    call.on("error", reject).end();
  });
}

const any = { address: "127.0.0.1", port: 0 };

async function bench(
  body: (proxy: Proxy, ports: readonly number[], log: string[]) => Promise<void>,
): Promise<void> {
  const log: string[] = [];
  await using env = createRealEnv({ name: "pages", logSink: (entry) => log.push(entry.message) });
  const proxy = new Proxy();
  await using pages = new HealthPages(env, { pages: new HttpPages(), proxy }, { health: any, metrics: any });
  await pages.start();
  await body(
    proxy,
    pages.bound.map(({ port }) => port),
    log,
  );
}

test("/healthz is 200 while the node is one to send traffic to, and /livez while the proxy works", () =>
  bench(async (proxy, [port = 0]) => {
    const statuses = async () => [(await get(port, "/healthz")).status, (await get(port, "/livez")).status];
    assert.deepEqual(await statuses(), [200, 200]);
    proxy.settle({ nodeEligible: false });
    assert.deepEqual(await statuses(), [503, 200]);
    proxy.settle({ nodeEligible: true, healthy: false });
    assert.deepEqual(await statuses(), [503, 503]);
    assert.match((await get(port, "/livez")).text, /"lastUpdated": "1970-01-01T00:00:01.000Z"/);
    assert.equal((await get(port, "/")).status, 404);
  }));

test("metrics have a port of their own, which says the mode and what the proxy was told", () =>
  bench(async (_, [, port = 0]) => {
    assert.equal((await get(port, "/proxyMode")).text, "nftables");
    assert.equal((await get(port, "/healthz")).text, "ok");
    assert.equal((await get(port, "/metrics")).status, 200);
    assert.match((await get(port, "/statusz")).text, /^\nkube-proxy statusz\nWarning: /);
    assert.match((await get(port, "/flagz")).text, /^\nkube-proxy flagz\nWarning: /);
    const configuration = JSON.parse((await get(port, "/configz")).text) as Record<string, { mode?: string }>;
    assert.equal(configuration["kubeproxy.config.k8s.io"]?.mode, "nftables");
  }));

test("a health check port comes with its service, tells its endpoints, and goes with it", () =>
  bench(async (proxy, [free = 0], log) => {
    const port = free === 65_535 ? free - 1 : free + 1;
    const check = (localEndpoints: number) => new Map([["default/web", { port, localEndpoints }]]);
    const until = async (want: number | "closed") => {
      for (;;) {
        const status = await get(port, "/").then(
          (one) => one.status,
          () => "closed",
        );
        if (status === want) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    proxy.settle({ healthChecks: check(2) });
    await until(200);
    const { text, weight } = await get(port, "/anything");
    const service = { namespace: "default", name: "web" };
    assert.deepEqual(JSON.parse(text), { service, localEndpoints: 2, serviceProxyHealthy: true });
    assert.equal(weight, "2");
    proxy.settle({ healthChecks: check(0) });
    assert.equal((await get(port, "/")).status, 503);
    proxy.settle({ healthChecks: new Map() });
    await until("closed");
    assert.deepEqual(log, []);
  }));

test("a port that another program has is a warning, and the others answer", () =>
  bench(async (proxy, [port = 0], log) => {
    proxy.settle({ healthChecks: new Map([["default/web", { port, localEndpoints: 1 }]]) });
    while (log.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(log, ["Cannot serve health or metrics"]);
    assert.equal((await get(port, "/healthz")).status, 200);
  }));
