/**
 * LIST of pods over TLS: whole, in pages and by label, in each protocol and encoding, each beside canned bytes; and what
 * a pod costs in memory. Run: `npm run bench -- list [--small]`.
 */
import { createAll } from "./harness/api-calls.ts";
import { benchPod } from "./harness/objects.ts";
import { readLoad } from "./harness/read-load.ts";
import { type Figure, main, type Report } from "./harness/report.ts";
import { ServerProcess } from "./harness/server-process.ts";

export interface ListBenchSize {
  readonly pods: number;
  readonly lists: number;
}

const path = "/api/v1/namespaces/default/pods";

export async function listBench({ pods, lists }: ListBenchSize): Promise<Report> {
  await using ours = await ServerProcess.start();
  await using canned = await ServerProcess.start({ kind: "canned" });
  const before = await ours.settle();
  await createAll(
    ours.target,
    path,
    Array.from({ length: pods }, (_, at) => benchPod({ name: `p-${at}` }, at % 50)),
  );
  const filled = await ours.settle();
  const kbPerPod = ((filled.residentMb - before.residentMb) * 1_000) / pods;
  const all = { name: `list of ${pods}`, path, requests: lists, connections: 1, asMs: true };
  // The budget is for 25 MB, and 5,000 of these pods are 20.5.
  const json = { ...all, budget: (29 * pods) / 5_000 };
  const some = { requests: lists * 40, connections: 4 };
  const byLabel = { name: "list by label", path: `${path}?labelSelector=app%3Da7`, ...some, budget: 1_000 };
  const page = { ...all, name: "page of 500", path: `${path}?limit=500`, requests: lists * 10 };
  const figures: Figure[] = [];
  for (const load of [
    { ...json, http1: true },
    json,
    { ...all, encoding: "protobuf" },
    { ...all, encoding: "Table" },
    { ...all, encoding: "metadata" },
    { ...page, http1: true },
    { ...byLabel, http1: true },
    byLabel,
  ] as const) {
    figures.push(await readLoad(ours, canned, load));
  }
  figures.push({ name: "resident memory for each pod", value: kbPerPod, unit: "KB", usage: filled });
  return { figures, work: { pods, lists } };
}

if (import.meta.main) {
  await main("List", listBench, { full: { pods: 5_000, lists: 20 }, small: { pods: 100, lists: 2 } });
}
