/**
 * What a DNS query costs: the codec and the zone alone, then over real UDP sockets in this process, with the asker's cost
 * and without (a server that echoes is the ceiling). Run: `npm run bench -- dns-server [SERVICES] [QUERIES]`.
 */
import { createHash } from "node:crypto";
import { createSocket } from "node:dgram";
import { cpus } from "node:os";
import { type EndpointSlice, endpointSlices, type Service, services } from "#api";
import { createRealEnv } from "#base/real";
import { createClient, HandlerTransport, InformerSet } from "#client";
import { adminUser, startApiServer } from "../../../test/testing/api-server.ts";
import { DnsServer } from "./dns-server.ts";
import { decodeQuery, encodeAnswer, encodeQuery, encodeQuestion } from "./message.ts";
import { recordTypes } from "./record.ts";
import { serviceNames } from "./service-names.ts";
import { TcpStreams, UdpDatagrams } from "./sockets-node.ts";
import { service } from "../testing/objects.ts";
import { Zone } from "./zone.ts";

export interface DnsServerSize {
  readonly services: number;
  readonly queries: number;
}

interface Row {
  readonly name: string;
  readonly figures: Readonly<Record<string, string>>;
}

const { signal } = new AbortController();
const inFlight = 64;

/** One row for the zone, one for sockets, one for the ceiling. */
export async function dnsServerBench(size: DnsServerSize): Promise<readonly Row[]> {
  const zoneRow = zoneOnly(size);
  await using env = createRealEnv({ name: "bench", logLevel: "error" });
  const { server: api } = await startApiServer(env.child("api"));
  const client = createClient(new HandlerTransport(api.handlerFor(adminUser)), { fieldManager: "bench" });
  for (let at = 0; at < Math.min(size.services, 1_000); at += 1) {
    const one = { metadata: { name: `s${at}`, namespace: "default" }, spec: { ports: [{ port: 80 }] } };
    await client.of<Service>(services).create(one, signal);
  }
  await using informers = new InformerSet(env.child("informers"), { client });
  informers.of<EndpointSlice>(endpointSlices);
  const deps = { informers, datagrams: new UdpDatagrams(), streams: new TcpStreams() };
  await using dns = new DnsServer(env.child("dns"), deps, { addresses: [{ address: "127.0.0.1", port: 0 }] });
  await dns.start(signal);
  const questions = Array.from({ length: Math.min(size.services, 1_000) }, (_, at) =>
    encodeQuery(
      at,
      encodeQuestion({ name: `s${at}.default.svc.cluster.local`, type: recordTypes.A, class: 1 }),
    ),
  );
  const served = await overUdp(dns.bound[0]?.port ?? 0, questions, size.queries);
  const echo = await new UdpDatagrams().bind({ address: "127.0.0.1", port: 0 }, (data, from) =>
    echo.send(data, from),
  );
  const ceiling = await overUdp(echo.at.port, questions, size.queries);
  echo.close();
  return [
    zoneRow,
    { name: "UDP, asker beside it", figures: served.figures },
    { name: "ceiling: UDP echo", figures: ceiling.figures },
    {
      name: "server above the ceiling",
      figures: { cpu: `${(served.cpuUs - ceiling.cpuUs).toFixed(1)} us a query` },
    },
  ];
}

function zoneOnly(size: DnsServerSize): Row {
  const zone = new Zone("cluster.local");
  for (let at = 0; at < size.services; at += 1) {
    const one = service(`s${at}`, {
      clusterIPs: [`10.96.${at >> 8}.${at & 255}`],
      ports: [{ name: "http", port: 80, targetPort: 80 }],
    });
    zone.set(`default/s${at}`, serviceNames(one, [], zone.domain));
  }
  const hash = createHash("sha256");
  const questions = Array.from({ length: size.services }, (_, at) =>
    encodeQuery(
      at & 0xffff,
      encodeQuestion({ name: `s${at}.default.svc.cluster.local`, type: recordTypes.A, class: 1 }),
    ),
  );
  const answer = (at: number): Uint8Array => {
    const query = decodeQuery(questions[at % questions.length] ?? new Uint8Array(0));
    if (query === undefined || !("question" in query))
      throw new TypeError("A question of our own is a query");
    const prepared = zone.prepared(query.question.name, query.question.type);
    if (prepared === undefined) throw new TypeError("A cluster name is answered by the zone");
    return encodeAnswer(query, prepared, query.maxUdpBytes);
  };
  for (let at = 0; at < questions.length; at += 1) hash.update(answer(at));
  const begun = performance.now();
  for (let at = 0; at < size.queries; at += 1) answer(at);
  const us = ((performance.now() - begun) * 1_000) / size.queries;
  return {
    name: `zone of ${size.services}, bytes to bytes`,
    figures: { cpu: `${us.toFixed(2)} us a query`, hash: hash.digest("hex").slice(0, 12) },
  };
}

/** Asks with a fixed number in flight. */
async function overUdp(
  port: number,
  questions: readonly Uint8Array[],
  count: number,
): Promise<{ readonly cpuUs: number; readonly figures: Readonly<Record<string, string>> }> {
  const socket = createSocket("udp4");
  const done = Promise.withResolvers<void>();
  const sentAt: number[] = [];
  const took: number[] = [];
  let sent = 0;
  const send = (): void => {
    if (sent >= count) return;
    sentAt.push(performance.now());
    socket.send(questions[sent % questions.length] ?? "", port, "127.0.0.1");
    sent += 1;
  };
  socket.on("message", () => {
    took.push(performance.now() - (sentAt[took.length] ?? 0));
    if (took.length === count) done.resolve();
    else send();
  });
  const used = process.cpuUsage();
  const begun = performance.now();
  for (let at = 0; at < Math.min(inFlight, count); at += 1) send();
  await done.promise;
  const ms = performance.now() - begun;
  const cpu = process.cpuUsage(used);
  socket.close();
  const cpuUs = (cpu.user + cpu.system) / count;
  const p99 = took.sort((a, b) => a - b)[Math.floor(count * 0.99)] ?? 0;
  const figures = {
    rate: `${Math.round((count / ms) * 1_000)}/s`,
    "cpu, both ends": `${cpuUs.toFixed(1)} us`,
    [`p99 with ${inFlight} in flight`]: `${p99.toFixed(2)} ms`,
  };
  return { cpuUs, figures };
}

if (import.meta.main) {
  const [count = 10_000, queries = 200_000] = process.argv.slice(2).map(Number);
  console.log(`${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}`);
  for (const { name, figures } of await dnsServerBench({ services: count, queries })) {
    const text = Object.entries(figures).map(([key, figure]) => `${key} ${figure}`);
    console.log(`${name.padEnd(34)} ${text.join(", ")}`);
  }
}
