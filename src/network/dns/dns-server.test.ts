/** The server over a real API server, in virtual time: changes become answers, other names are asked elsewhere. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { endpointSlices, formatIp, services } from "#api";
import { type ServedCluster, withCluster } from "../testing/served-cluster.ts";
import { DnsServer, type DnsServerOptions } from "./dns-server.ts";
import { bare } from "./handler.ts";
import { decodeQuery, encodeAnswer, encodeQuery, encodeQuestion, prepareAnswer } from "./message.ts";
import { decodeResponse, readRecords } from "./response.ts";
import { type Answer, recordTypes, responseCodes } from "./record.ts";
import { SimSockets } from "./sim-sockets.ts";
import type { ByteStream, SocketAddress } from "./sockets.ts";
import { FrameReader, frame } from "./tcp-frames.ts";

const at: SocketAddress = { address: "10.96.0.10", port: 53 };
const upstream: SocketAddress = { address: "192.0.2.53", port: 53 };
const other: SocketAddress = { address: "192.0.2.54", port: 53 };

interface Bench extends ServedCluster {
  readonly sockets: SimSockets;
  readonly server: DnsServer;
  /** `NOERROR 10.96.0.5`, in the order of the answer. */
  ask(name: string, type?: keyof typeof recordTypes, protocol?: "udp" | "tcp"): Promise<string>;
}

function check(
  what: string,
  options: Partial<DnsServerOptions>,
  body: (bench: Bench) => Promise<void>,
): void {
  test(what, () =>
    withCluster(what, async (cluster) => {
      const sockets = new SimSockets(cluster.env);
      const deps = { informers: cluster.informers(), datagrams: sockets, streams: sockets };
      const server = new DnsServer(cluster.env.child("dns"), deps, { addresses: [at], ...options });
      await server.start(cluster.signal);
      assert.equal(server.ready(), undefined);
      await body({ ...cluster, sockets, server, ask: (...question) => ask(sockets, ...question) });
      await server[Symbol.asyncDispose]();
    }),
  );
}

async function ask(
  sockets: SimSockets,
  name: string,
  type: keyof typeof recordTypes = "A",
  protocol: "udp" | "tcp" = "udp",
): Promise<string> {
  const query = encodeQuery(77, encodeQuestion({ name, type: recordTypes[type], class: 1 }));
  const answer = Promise.withResolvers<Uint8Array>();
  if (protocol === "udp") {
    const socket = await sockets.bind({ address: "10.244.0.9", port: 0 }, answer.resolve);
    socket.send(query, at);
  } else {
    const stream = await sockets.connect(at, new AbortController().signal);
    await stream.write(frame(query));
    const reader = new FrameReader();
    for await (const chunk of stream.chunks) {
      const [message] = reader.push(chunk);
      if (message !== undefined) answer.resolve(message);
      if (message !== undefined) break;
    }
    stream.close();
  }
  const response = decodeResponse(await answer.promise);
  assert.ok(response !== undefined && response.id === 77);
  const [code] = Object.entries(responseCodes).find(([, number]) => number === response.prepared.code) ?? [];
  const records = readRecords(response.questionBytes, response.prepared).map(({ data }) =>
    "address" in data ? formatIp(data.address) : "target" in data ? data.target : data.type,
  );
  return [code, ...(response.truncated ? ["(cut)"] : []), ...records].join(" ");
}

/** A resolver that knows these names; hears of each question. */
async function serve(
  sockets: SimSockets,
  where: SocketAddress,
  names: Readonly<Record<string, readonly number[]>>,
  heard: string[],
): Promise<void> {
  const answer = (data: Uint8Array, maxBytes: number): Uint8Array | undefined => {
    const query = decodeQuery(data);
    assert.ok(query !== undefined && "question" in query);
    const { name } = query.question;
    heard.push(name);
    const last = names[name];
    const soa = {
      name: "",
      ttlSeconds: 20,
      data: { type: "SOA" as const, server: "", mailbox: "", serial: 1, minimumSeconds: 20 },
    };
    const answers = (last ?? []).map((byte) => ({
      name,
      ttlSeconds: 10,
      data: { type: "A" as const, address: Uint8Array.of(198, 51, 100, byte) },
    }));
    const found: Answer =
      last === undefined ? { ...bare("NXDOMAIN"), authority: [soa] } : { ...bare("NOERROR"), answers };
    return encodeAnswer(query, prepareAnswer(name, found), maxBytes);
  };
  const socket = await sockets.bind(where, (data, from) => {
    const bytes = answer(data, 512);
    if (bytes !== undefined) socket.send(bytes, from);
  });
  const converse = async (stream: ByteStream): Promise<void> => {
    const reader = new FrameReader();
    for await (const chunk of stream.chunks) {
      for (const message of reader.push(chunk)) {
        const bytes = answer(message, 65_535);
        if (bytes !== undefined) await stream.write(frame(bytes));
      }
    }
  };
  await sockets.listen(where, (stream) => void converse(stream));
}

check(
  "services become names, endpoints addresses, and both go again",
  {},
  async ({ client, signal, env, ask }) => {
    const web = {
      metadata: { name: "web", namespace: "default" },
      spec: { ports: [{ port: 80, name: "http" }], selector: { a: "b" } },
    };
    const made = await client.of(services).create(web, signal);
    const db = {
      metadata: { name: "db", namespace: "default" },
      spec: { clusterIP: "None", ports: [{ port: 80, name: "sql" }] },
    };
    await client.of(services).create(db, signal);
    const slice = {
      metadata: { name: "db-1", namespace: "default", labels: { "kubernetes.io/service-name": "db" } },
      addressType: "IPv4",
      ports: [{ name: "sql", port: 80, protocol: "TCP" }],
      endpoints: [{ addresses: ["10.244.0.3"], hostname: "db-0", conditions: { ready: true } }],
    };
    await client.of(endpointSlices).create(slice as never, signal);
    await env.clock.sleep(100);
    for (const protocol of ["udp", "tcp"] as const) {
      assert.equal(
        await ask("WEB.default.svc.cluster.local", "A", protocol),
        `NOERROR ${made.spec.clusterIP}`,
      );
      assert.equal(await ask("db-0.db.default.svc.cluster.local", "A", protocol), "NOERROR 10.244.0.3");
      assert.equal(await ask("kubernetes.default.svc.cluster.local", "A", protocol), "NOERROR 10.96.0.1");
    }
    await client.of(endpointSlices).delete({ namespace: "default", name: "db-1" }, signal);
    await client.of(services).delete({ namespace: "default", name: "web" }, signal);
    await env.clock.sleep(100);
    assert.equal(await ask("web.default.svc.cluster.local"), "NXDOMAIN");
    assert.equal(await ask("db-0.db.default.svc.cluster.local"), "NXDOMAIN");
    assert.equal(await ask("db.default.svc.cluster.local"), "NOERROR");
  },
);

check("a search path leads to NXDOMAIN at each step until the right one", {}, async ({ ask }) => {
  assert.equal(await ask("kubernetes.default.svc.other.svc.cluster.local"), "NXDOMAIN");
  assert.equal(await ask("kubernetes.default.svc.svc.cluster.local"), "NXDOMAIN");
  assert.equal(await ask("kubernetes.default.svc.cluster.local"), "NOERROR 10.96.0.1");
  assert.equal(await ask("1-2-3-4.default.pod.cluster.local"), "NOERROR 1.2.3.4");
  assert.equal(await ask("1-2-3-4.default.pod.cluster.local", "AAAA"), "NOERROR");
  assert.equal(await ask("1-2-3.default.pod.cluster.local"), "NXDOMAIN");
  assert.equal(await ask("example.com"), "REFUSED");
});

const forward = { upstreams: [upstream], stubDomains: { "corp.example": [other] } };

check(
  "other names are asked elsewhere once, by domain, and kept for their time",
  { forward },
  async ({ sockets, ask, env }) => {
    const [heard, corp]: [string[], string[]] = [[], []];
    await serve(sockets, upstream, { "example.com": [7] }, heard);
    await serve(sockets, other, { "db.corp.example": [8] }, corp);
    const all = await Promise.all([ask("example.com"), ask("example.com"), ask("EXAMPLE.com")]);
    assert.deepEqual(all, ["NOERROR 198.51.100.7", "NOERROR 198.51.100.7", "NOERROR 198.51.100.7"]);
    assert.equal(await ask("db.corp.example"), "NOERROR 198.51.100.8");
    assert.equal(await ask("no.example.com"), "NXDOMAIN");
    assert.equal(await ask("no.example.com"), "NXDOMAIN");
    const asked = () => heard.filter((name) => !name.endsWith(".invalid"));
    assert.deepEqual(asked(), ["example.com", "no.example.com"]);
    assert.deepEqual(
      corp.filter((name) => !name.endsWith(".invalid")),
      ["db.corp.example"],
    );
    await env.clock.sleep(11_000);
    assert.equal(await ask("example.com"), "NOERROR 198.51.100.7");
    assert.deepEqual(asked(), ["example.com", "no.example.com", "example.com"], "its TTL of 10 s has passed");
  },
);

check(
  "an upstream's cut answer is fetched by TCP, and cut for the asker",
  { forward },
  async ({ sockets, ask }) => {
    await serve(sockets, upstream, { "big.example": Array.from({ length: 100 }, (_, byte) => byte) }, []);
    assert.equal(await ask("big.example"), "NOERROR (cut)");
    assert.equal((await ask("big.example", "A", "tcp")).split(" ").length, 101);
  },
);

check(
  "an ExternalName is followed out of the cluster",
  { forward },
  async ({ sockets, ask, client, signal, env }) => {
    await serve(sockets, upstream, { "www.example.com": [9] }, []);
    const out = {
      metadata: { name: "out", namespace: "default" },
      spec: { type: "ExternalName", externalName: "www.example.com" },
    };
    await client.of(services).create(out as never, signal);
    await env.clock.sleep(100);
    assert.equal(await ask("out.default.svc.cluster.local"), "NOERROR www.example.com 198.51.100.9");
    assert.equal(await ask("out.default.svc.cluster.local", "CNAME"), "NOERROR www.example.com");
  },
);

check("nobody upstream is SERVFAIL, after the time of two tries", { forward }, async ({ ask, env }) => {
  const begun = env.clock.monotonic();
  assert.equal(await ask("example.com"), "SERVFAIL");
  assert.ok(env.clock.monotonic() - begun < 4_100);
});

check(
  "an upstream that is ourselves is found out",
  { forward: { upstreams: [at] } },
  async ({ ask, env }) => {
    await env.clock.sleep(5_000);
    const begun = env.clock.monotonic();
    assert.equal(await ask("example.com"), "SERVFAIL");
    assert.ok(env.clock.monotonic() - begun < 50, "nobody is asked");
  },
);
