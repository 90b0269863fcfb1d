/**
 * Each benchmark runs with small parameters and does its work, so that none rots. Figures are not judged
 * here.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { apiBench } from "../../bench/api.bench.ts";
import { getBench } from "../../bench/get.bench.ts";
import type { Report } from "../../bench/harness/report.ts";
import { listBench } from "../../bench/list.bench.ts";
import { memoryBench } from "../../bench/memory.bench.ts";
import { nodesBench } from "../../bench/nodes.bench.ts";
import { schedulerBench } from "../../bench/scheduler.bench.ts";
import { startBench } from "../../bench/start.bench.ts";
import { watchBench } from "../../bench/watch.bench.ts";

/** Each phase is a process of its own. */
const phases = ["create", "watch"];
const common = { objects: 40, connections: 4, watchers: 2, events: 10, phases };

const benchmarks: Readonly<Record<string, () => Promise<Report>>> = {
  api: () => apiBench({ requests: 40, connections: 4, common }),
  get: () => getBench({ requests: 40 }),
  list: () => listBench({ pods: 20, lists: 1 }),
  memory: () => memoryBench({ waitMs: 100, common }),
  nodes: () => nodesBench({ nodes: 2, replicas: 6, restMs: 100 }),
  scheduler: () => schedulerBench({ nodes: 10, pods: 40 }),
  start: () => startBench({ starts: 1, objects: 10, forks: 1 }),
  watch: () => watchBench({ single: 20, fanOut: 2, many: 3, events: 10 }),
};

for (const [name, run] of Object.entries(benchmarks)) {
  test(`the benchmark "${name}" runs, and each of its figures is a number`, {
    timeout: 120_000,
  }, async () => {
    const { figures } = await run();
    assert.notEqual(figures.length, 0);
    for (const figure of figures) assert.equal(Number.isFinite(figure.value), true, figure.name);
  });
}
