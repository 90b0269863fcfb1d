/** When a probe asks, what counts and what is told, in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Probe } from "#api";
import { SimWorld } from "#base/sim";
import { type ProbeKind, ProbeWorker, type ProbeWorkerOptions } from "./probe-worker.ts";

/** Times in milliseconds since the container's start. */
interface Told {
  readonly asked: readonly number[];
  readonly unwell: readonly number[];
  readonly changed: readonly (readonly [atMs: number, result: unknown])[];
}

/** What a probe does for eight seconds of a container that is well from `upMs` on. */
async function watched(
  kind: ProbeKind,
  probe: Probe,
  upMs: number,
  more: Partial<ProbeWorkerOptions> = {},
): Promise<Told> {
  const told = { asked: [] as number[], unwell: [] as number[], changed: [] as [number, unknown][] };
  const world = new SimWorld("probe worker");
  await world.run(async () => {
    const env = world.env("node");
    const { clock } = env;
    const began = clock.now();
    const at = (): number => Math.round(clock.now() - began);
    const worker: ProbeWorker = new ProbeWorker(
      env,
      {
        ask: async () => {
          told.asked.push(at());
          return { outcome: at() >= upMs ? "success" : "failure", output: "" };
        },
        unwell: () => told.unwell.push(at()),
        changed: () => told.changed.push([at(), worker.result]),
      },
      { kind, probe, startedAtMs: began, initial: undefined, ...more },
    );
    worker.start();
    await clock.sleep(8_000);
    worker.stop();
  });
  return told;
}

test("a container that comes up a moment late is ready at once, not after a whole period", async () => {
  const { asked, unwell, changed } = await watched("readiness", { periodSeconds: 5 }, 250);
  assert.deepEqual(asked, [0, 100, 300, 5_000]);
  assert.deepEqual(unwell, [0]);
  assert.deepEqual(changed, [[300, "success"]]);
});

test("failures in between do not count, and after the first period there are none", async () => {
  const probe = { periodSeconds: 2, failureThreshold: 2 };
  const { asked, unwell, changed } = await watched("startup", probe, Infinity);
  assert.deepEqual(asked, [0, 100, 300, 700, 1_500, 2_000]);
  assert.deepEqual(unwell, [0, 2_000]);
  assert.deepEqual(changed, [[2_000, "failure"]]);
});

test("a container that is yet to start, by a clock that was set back, waits for its initial delay only", async () => {
  const probe = { periodSeconds: 5, initialDelaySeconds: 2 };
  const { asked } = await watched("readiness", probe, 0, { startedAtMs: 2_000_000_000_000 });
  assert.deepEqual(asked, [2_000, 7_000]);
});

test("liveness, and what an earlier kubelet has seen ready, are asked once a period", async () => {
  const probe = { periodSeconds: 3, failureThreshold: 5 };
  assert.deepEqual((await watched("liveness", probe, Infinity)).asked, [0, 3_000, 6_000]);
  const known = await watched("readiness", probe, Infinity, { initial: "success" });
  assert.deepEqual(known.asked, [0, 3_000, 6_000]);
});
