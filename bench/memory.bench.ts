/**
 * Resident memory of `navarch up` with a virtual node, as a user starts it: at rest, and after the common load.
 * Run: `npm run bench -- memory [--small]`.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { commonLoad, commonLoadExists, type CommonLoadSize } from "./harness/common-load.ts";
import type { Target } from "./harness/lean-connection.ts";
import { type Figure, main, type Report } from "./harness/report.ts";
import { nodeCosts, paidBetween } from "./harness/node-costs.ts";
import { freePort, Program } from "../test/testing/program.ts";

export interface MemoryBenchSize {
  readonly waitMs: number;
  readonly common: CommonLoadSize;
}

const phases = ["create", "get", "patch", "smp", "ssa", "status", "list", "watch"];

export async function memoryBench({ waitMs, common }: MemoryBenchSize): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "navarch-bench-"));
  using remains = new DisposableStack();
  remains.defer(() => rmSync(folder, { recursive: true }));
  const target = { host: "127.0.0.1", port: await freePort(), ca: "", token: "bench" };
  await using program = await started(folder, target);
  const costs = (): ReturnType<typeof nodeCosts> => nodeCosts(program.child.pid ?? 0);
  const before = costs();
  await sleep(waitMs);
  const idle = costs();
  const share = (100 * paidBetween(before, idle, "Navarch")) / waitMs;
  const rest = `${waitMs / 1_000} s`;
  const figures: Figure[] = [
    { name: `idle after ${rest}`, value: idle.residentMb, unit: "MB", budget: 120 },
    { name: "CPU while idle", value: share, unit: "% of a core", budget: 1 },
  ];
  if (commonLoadExists) {
    for (const phase of common.phases ?? phases) await commonLoad(target, phase, common);
    const name = `after the common load with ${common.objects} pods`;
    const atOnce = costs();
    await sleep(waitMs);
    figures.push(
      { name: `${name}, at once`, value: atOnce.residentMb, unit: "MB" },
      { name: `${name} and ${rest}`, value: costs().residentMb, unit: "MB", budget: 300 },
    );
  }
  return { figures, work: common };
}

/** Resolves when the cluster is ready; it knows the target's token. */
async function started(folder: string, { host, port, token }: Target): Promise<Program> {
  const file = (name: string): string => join(folder, name);
  writeFileSync(file("tokens"), `${token},bench,1,system:masters\n`);
  const options = {
    node: "virtual",
    data: file("data"),
    listen: `${host}:${port}`,
    kubeconfig: file("kubeconfig"),
    "token-auth-file": file("tokens"),
  };
  const program = new Program([
    "up",
    ...Object.entries(options).map(([name, value]) => `--${name}=${value}`),
  ]);
  await program.printed(/is ready at/);
  return program;
}

if (import.meta.main) {
  await main("Memory", memoryBench, {
    full: { waitMs: 60_000, common: { objects: 5_000, connections: 32, watchers: 100, events: 500 } },
    small: { waitMs: 500, common: { objects: 100, connections: 8, watchers: 5, events: 20 } },
  });
}
