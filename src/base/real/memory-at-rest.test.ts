/** A process that has been busy gives its memory back. */
import assert from "node:assert/strict";
import { PerformanceObserver } from "node:perf_hooks";
import { describe, it } from "node:test";
import { getHeapSpaceStatistics } from "node:v8";
import { MemoryAtRest } from "./memory-at-rest.ts";

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size ?? 0;
}

function work(): number {
  const made: object[] = [];
  for (let i = 0; i < 1_000_000; i++) made.push({ i });
  return made.length;
}

describe("MemoryAtRest", () => {
  it("takes a young generation back that has grown, when the process is quiet", async () => {
    using stack = new DisposableStack();
    work();
    const grownBytes = youngBytes();
    const { promise, resolve } = Promise.withResolvers<void>();
    const observer = new PerformanceObserver(() => {
      if (youngBytes() < grownBytes / 4) resolve();
    });
    observer.observe({ entryTypes: ["gc"] });
    stack.defer(() => observer.disconnect());
    const stay = setInterval(() => {}, 2 ** 31 - 1);
    stack.defer(() => clearInterval(stay));
    stack.use(new MemoryAtRest({ periodMs: 1_000, quietPeriods: 1, toldPeriods: 30 }));
    await promise;
    assert.ok(youngBytes() < grownBytes / 4);
  });
});
