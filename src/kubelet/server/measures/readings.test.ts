/** Rates of CPU use, between two readings. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SimWorld } from "#base/sim";
import type { ContainerStats } from "../../runtime/runtime.ts";
import { Readings } from "./readings.ts";

test("A clock that was set back costs one reading without a new rate", async () => {
  const world = new SimWorld("readings");
  await world.run(async () => {
    const env = world.env("node");
    let used = 0;
    const stats = (): ContainerStats => ({
      id: "c",
      name: "main",
      attempt: 0,
      labels: {},
      atMs: env.clock.now(),
      cpuUsageNanoseconds: used,
      memoryWorkingSetBytes: 0,
      writableLayerUsedBytes: 0,
    });
    const runtime = { listContainerStats: async () => [stats()] };
    const readings = new Readings(env, { runtime, measures: undefined, pods: () => [] }, { nodeName: "n" });
    const rates: unknown[] = [];
    for (const { byMs = 0, nanoseconds } of [
      { nanoseconds: 10 },
      { nanoseconds: 10 },
      { nanoseconds: 20, byMs: -86_400_000 },
      { nanoseconds: 20 },
    ]) {
      await env.clock.sleep(10_000);
      world.jumpClock("node", byMs);
      used += nanoseconds;
      const { nanoCores } = await readings.take(new AbortController().signal);
      rates.push(nanoCores.get("c"));
    }
    assert.deepEqual(rates, [undefined, 1, 1, 2]);
  });
});
