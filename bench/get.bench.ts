/**
 * GET of one pod over TLS, in each protocol and encoding, each beside canned bytes.
 * Run: `npm run bench -- get [--small]`.
 */
import { createAll } from "./harness/api-calls.ts";
import { benchPod } from "./harness/objects.ts";
import { readLoad } from "./harness/read-load.ts";
import { type Figure, main, type Report } from "./harness/report.ts";
import { ServerProcess } from "./harness/server-process.ts";

export interface GetBenchSize {
  readonly requests: number;
}

const pods = "/api/v1/namespaces/default/pods";

export async function getBench({ requests }: GetBenchSize): Promise<Report> {
  await using ours = await ServerProcess.start();
  await using canned = await ServerProcess.start({ kind: "canned" });
  await createAll(ours.target, pods, [benchPod({ name: "one" }, 0)]);
  const figures: Figure[] = [];
  const load = { name: "get", path: `${pods}/one`, requests, budget: 35_000 };
  const h1 = { ...load, http1: true, connections: Math.min(32, requests) };
  const h2 = { ...load, streams: 16, connections: 4 };
  figures.push(await readLoad(ours, canned, h2), await readLoad(ours, canned, h1));
  for (const encoding of ["protobuf", "Table"] as const) {
    figures.push(await readLoad(ours, canned, { ...h2, encoding, requests: Math.ceil(requests / 5) }));
  }
  return { figures, work: { requests } };
}

if (import.meta.main) await main("Get", getBench, { full: { requests: 50_000 }, small: { requests: 500 } });
