/** What every `NftSink` promises; each implementation runs it with tables of its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { service, slice } from "../testing/objects.ts";
import { ProxyError } from "./errors.ts";
import { tableName } from "./entry.ts";
import type { NftSink } from "./nft-sink.ts";
import { rules } from "./rules.ts";
import { diff, removal, transaction, wholeTransaction } from "./transaction.ts";

const { signal } = new AbortController();
const node = {
  name: "n1",
  zone: "",
  addresses: ["192.0.2.1", "2001:db8::1"],
  podCidrs: ["10.244.0.0/16", "fd00:10:244::/56"],
  serviceCidrs: ["10.96.0.0/12"],
};
const everything = service(
  "everything",
  {
    type: "LoadBalancer",
    clusterIPs: ["10.96.0.5", "fd00::5"],
    externalIPs: ["198.51.100.7"],
    externalTrafficPolicy: "Local",
    loadBalancerSourceRanges: ["203.0.113.0/24", "203.0.113.4/32", "192.0.2.0/24"],
    ports: [{ name: "http", port: 80, targetPort: 8080, protocol: "TCP", nodePort: 30080 }],
  },
  { loadBalancer: { ingress: [{ ip: "198.51.100.9", ipMode: "VIP" }] } } as never,
);
const endpoints = [
  { address: "10.244.0.2", node: "n1" },
  { address: "10.244.1.3", node: "n2" },
];

/** `make` gives a sink without tables, and what puts it away. */
export function nftSinkContract(
  name: string,
  make: () => Promise<{ readonly sink: NftSink; close(): Promise<void> }>,
  skip: string | false = false,
): void {
  const check = (what: string, body: (sink: NftSink) => Promise<void>) =>
    test(`${name}: ${what}`, { skip }, async () => {
      const { sink, close } = await make();
      try {
        await body(sink);
      } finally {
        await close();
      }
    });

  check("takes a whole table of every feature, again and again, and its removal", async (sink) => {
    const table = rules([everything, sticky()], [slice("everything", { http: 8080 }, endpoints)], node);
    await sink.apply(wholeTransaction(table), signal);
    await sink.apply(wholeTransaction(table), signal);
    await sink.apply(removal(), signal);
    await sink.apply(removal(), signal);
  });

  check("takes every step between tables that come and go", async (sink) => {
    const states = [
      rules([], [], node),
      rules([everything], [], node),
      rules([everything], [slice("everything", { http: 8080 }, endpoints)], node),
      rules(
        [everything, sticky()],
        [
          slice("sticky", { "": 8080 }, endpoints),
          slice("sticky", { "": 8080 }, [{ address: "fd00:10:244:9abc:def0:1234:5678:9abc", node: "n1" }]),
        ],
        node,
      ),
      rules([everything, sticky()], [slice("sticky", { "": 8080 }, endpoints.slice(1))], node),
      rules([sticky(20)], [slice("sticky", { "": 8080 }, endpoints.slice(1))], {
        ...node,
        podCidrs: ["10.0.0.0/8"],
      }),
      rules(
        [{ ...everything, spec: { ...everything.spec, externalTrafficPolicy: "Cluster" } }],
        [
          slice("everything", { http: 8080 }, endpoints),
          slice("everything", { http: 8080 }, [{ address: "fd00:10:244::7" }]),
        ],
        node,
      ),
      rules([], [], node),
    ];
    await sink.apply(wholeTransaction(states[0] ?? new Map()), signal);
    for (const [at, state] of states.entries())
      await sink.apply(transaction(diff(states[at - 1] ?? state, state)), signal);
    for (const [at, state] of states.toReversed().entries())
      await sink.apply(transaction(diff(states.toReversed()[at - 1] ?? state, state)), signal);
  });

  check("refuses a transaction as a whole, says why, and goes on", async (sink) => {
    await sink.apply(wholeTransaction(rules([], [], node)), signal);
    const key = "10.96.0.77 . tcp . 80";
    const add = `add element ip ${tableName} services { ${key} : goto unreachable }`;
    const remove = `delete element ip ${tableName} services { ${key} }`;
    const wrong = `delete element ip ${tableName} services { 10.96.9.9 . tcp . 1 }`;
    await assert.rejects(sink.apply([add, wrong], signal), (error: Error) => {
      assert.ok(error.message.includes(wrong) && !error.message.includes(add), error.message);
      return isRefused(error);
    });
    await assert.rejects(sink.apply([remove], signal), isRefused, "the first command took no effect");
    await assert.rejects(sink.apply([`flush chain ip ${tableName} nowhere`], signal), isRefused);
    await sink.apply([add], signal);
    await sink.apply([remove], signal);
  });

  check("takes two thousand services in one transaction", async (sink) => {
    const services = Array.from({ length: 2_000 }, (_, at) =>
      service(`s${at}`, { clusterIP: `10.96.${at >> 8}.${at & 255}`, ports: [{ port: 80, targetPort: 80 }] }),
    );
    const slices = services.map((_, at) => slice(`s${at}`, { "": 80 }, endpoints));
    const table = rules(services, slices, node);
    await sink.apply(wholeTransaction(table), signal);
    const fewer = rules(services.slice(0, 1_000), slices, node);
    await sink.apply(transaction(diff(table, fewer)), signal);
    await sink.apply(transaction(diff(fewer, table)), signal);
  });
}

function sticky(timeoutSeconds = 10): ReturnType<typeof service> {
  return service("sticky", {
    clusterIPs: ["10.96.0.6", "fd00:1234:5678:9abc:def0:1234:5678:9abc"],
    sessionAffinity: "ClientIP",
    sessionAffinityConfig: { clientIP: { timeoutSeconds } },
    ports: [{ port: 80, targetPort: 8080, protocol: "TCP" }],
  });
}

function isRefused(error: unknown): boolean {
  return error instanceof ProxyError && error.code === "refused";
}
