/**
 * What the proxy costs: compiling and installing SERVICES services of ENDPOINTS endpoints each, then one endpoint's
 * change at a time. Installs into the kernel where namespaces can be made, else into the twin. Run:
 * `npm run bench -- service-proxy [SERVICES] [ENDPOINTS]`.
 */
import { createHash } from "node:crypto";
import { cpus } from "node:os";
import type { EndpointSlice, Service } from "#api";
import type { Env } from "#base";
import { createRealEnv, SystemProcesses } from "#base/real";
import { NetworkNamespace, noNamespaces } from "../testing/network-namespace.ts";
import { service, slice } from "../testing/objects.ts";
import { baseEntries } from "./base-entries.ts";
import { families, idOf } from "./entry.ts";
import { InteractiveNft } from "./interactive-nft.ts";
import { Ledger } from "./ledger.ts";
import type { NftSink } from "./nft-sink.ts";
import { nodeOwner } from "./rules.ts";
import { noRules, serviceRules } from "./service-rules.ts";
import { SimNft } from "./sim-nft.ts";
import { transaction, wholeTransaction } from "./transaction.ts";

export interface ServiceProxySize {
  readonly services: number;
  readonly endpoints: number;
  readonly changes: number;
}

interface Row {
  readonly name: string;
  readonly figures: Readonly<Record<string, string>>;
}

const { signal } = new AbortController();
const node = {
  name: "n1",
  zone: "",
  addresses: ["192.0.2.1"],
  podCidrs: ["10.244.0.0/16"],
  serviceCidrs: ["10.96.0.0/12"],
};

/** One row for the whole table, one for a change. */
export async function serviceProxyBench(size: ServiceProxySize): Promise<readonly Row[]> {
  await using env = createRealEnv({ name: "bench", logLevel: "error" });
  await using stack = new AsyncDisposableStack();
  const [sink, kernel] = makeSink(env, stack);
  const all = Array.from({ length: size.services }, (_, at) => objectsOf(at, size.endpoints));
  const ledger = new Ledger();
  const claimNode = (): void =>
    ledger.claim(
      nodeOwner,
      families.flatMap((family) => baseEntries(family, node)),
    );
  const compiled = all.map(() => noRules);
  const compile = (at: number, { service, slices }: Objects): void => {
    compiled[at] = serviceRules(service, slices, node, compiled[at]);
    ledger.claim(`default/s${at}`, compiled[at].entries);
  };
  const [compileMs, commands] = timed(() => {
    claimNode();
    for (const [at, objects] of all.entries()) compile(at, objects);
    ledger.take();
    return wholeTransaction(ledger.table);
  });
  const installed = performance.now();
  await sink.apply(commands, signal);
  const installMs = performance.now() - installed;
  const hash = createHash("sha256")
    .update([...ledger.table.values()].map(idOf).sort().join("\n"))
    .digest("hex");
  const own: number[] = [];
  const whole: number[] = [];
  for (let change = 0; change < size.changes; change += 1) {
    const at = (change * 7_919) % size.services;
    const begun = performance.now();
    const used = process.threadCpuUsage();
    compile(at, objectsOf(at, size.endpoints + 1 + (change & 1)));
    const pending = sink.apply(transaction(ledger.take()), signal);
    await pending;
    const cpu = process.threadCpuUsage(used);
    own.push((cpu.user + cpu.system) / 1_000);
    whole.push(performance.now() - begun);
  }
  return [
    {
      name: `${size.services} services x ${size.endpoints}`,
      figures: {
        compile: ms(compileMs),
        [`install (${kernel})`]: ms(installMs),
        transaction: `${(commands.join("\n").length / 2 ** 20).toFixed(1)} MB`,
        hash: hash.slice(0, 12),
      },
    },
    {
      name: "one change",
      figures: {
        "own CPU p50": ms(quantile(own, 0.5)),
        p99: ms(quantile(own, 0.99)),
        "until in place p50": ms(quantile(whole, 0.5)),
        "p99 ": ms(quantile(whole, 0.99)),
      },
    },
  ];
}

interface Objects {
  readonly service: Service;
  readonly slices: readonly EndpointSlice[];
}

function objectsOf(at: number, endpoints: number): Objects {
  const drafts = Array.from({ length: endpoints }, (_, slot) => ({
    address: `10.244.${at & 255}.${(at >> 8) * 4 + slot}`.replace(
      /\.(\d+)$/,
      (_, last: string) => `.${Number(last) & 255}`,
    ),
    node: "n2",
  }));
  return {
    service: service(`s${at}`, {
      clusterIPs: [`10.${96 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`],
      ports: [{ name: "http", port: 80, targetPort: 8080, protocol: "TCP" }],
    }),
    slices: [slice(`s${at}`, { http: 8080 }, drafts)],
  };
}

function makeSink(env: Env, stack: AsyncDisposableStack): readonly [NftSink, string] {
  if (noNamespaces(["nft"]) !== false) return [new SimNft(), "twin"];
  const namespace = stack.use(NetworkNamespace.make());
  const sink = stack.use(
    new InteractiveNft(env, { processes: new SystemProcesses() }, { command: namespace.command("nft") }),
  );
  return [sink, "kernel"];
}

function timed<T>(body: () => T): readonly [number, T] {
  const begun = performance.now();
  const result = body();
  return [performance.now() - begun, result];
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}

if (import.meta.main) {
  const [services = 10_000, endpoints = 2] = process.argv.slice(2).map(Number);
  console.log(`${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}`);
  for (const { name, figures } of await serviceProxyBench({ services, endpoints, changes: 500 })) {
    const text = Object.entries(figures).map(([key, figure]) => `${key} ${figure}`);
    console.log(`${name.padEnd(24)} ${text.join(", ")}`);
  }
}
