/** What simulated code must not touch, and what it may. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { installTrap } from "./trap.ts";
import { SimWorld } from "./world.ts";

const forbidden: Readonly<Record<string, () => unknown>> = {
  "Date.now": () => Date.now(),
  "new Date()": () => new Date(),
  "Math.random": () => Math.random(),
  setTimeout: () => setTimeout(() => {}, 0),
  setInterval: () => clearInterval(setInterval(() => {}, 1000)),
  setImmediate: () => setImmediate(() => {}),
  fetch: () => fetch("data:,x"),
  "performance.now": () => performance.now(),
  "process.hrtime": () => process.hrtime(),
  "process.hrtime.bigint": () => process.hrtime.bigint(),
  "crypto.randomUUID": () => crypto.randomUUID(),
  "crypto.getRandomValues": () => crypto.getRandomValues(new Uint8Array(1)),
  "crypto.subtle": () => crypto.subtle,
  WeakRef: () => new WeakRef({}),
  FinalizationRegistry: () => new FinalizationRegistry(() => {}),
  "AbortSignal.timeout": () => AbortSignal.timeout(1),
  Intl: () => new Intl.NumberFormat(),
  "toLocaleString of a number": () => (1.5).toLocaleString(),
  "toLocaleString of a date": () => new Date(0).toLocaleString(),
  "local hours": () => new Date(0).getHours(),
  localeCompare: () => "a".localeCompare("b"),
};

const allowed: Readonly<Record<string, () => unknown>> = {
  "new Date(ms)": () => new Date(0).toISOString(),
  "Date.UTC": () => Date.UTC(2026, 0, 1),
  "instanceof Date": () => assert.ok(new Date(0) instanceof Date),
  "AbortSignal.any": () => AbortSignal.any([new AbortController().signal]),
  structuredClone: () => structuredClone({ a: new Date(0) }),
  queueMicrotask: () => queueMicrotask(() => {}),
};

for (const [name, use] of Object.entries(forbidden)) {
  test(`The trap refuses ${name} in a turn, also after an await, and nowhere else`, async () => {
    const world = new SimWorld("trap");
    using _trap = installTrap(world);
    const { clock } = world.env("a");
    await assert.rejects(
      world.run(async () => use()),
      { code: "trapped" },
    );
    await assert.rejects(
      world.run(async () => {
        await clock.sleep(1);
        await Promise.resolve();
        use();
      }),
      { code: "trapped" },
    );
    await use();
  });
}

test("The trap lets functions of their arguments pass", async () => {
  const world = new SimWorld("trap");
  using _trap = installTrap(world);
  await world.run(async () => {
    for (const use of Object.values(allowed)) use();
  });
});

test("Disposing the last trap restores every global, in whatever order traps end", async () => {
  const before = [Date, Math.random, setTimeout, WeakRef, performance.now, Date.prototype.getHours];
  const [first, second] = [new SimWorld("first"), new SimWorld("second")];
  const traps = [installTrap(first), installTrap(second)];
  traps[0]?.[Symbol.dispose]();
  await first.run(async () => Date.now());
  await assert.rejects(
    second.run(async () => Date.now()),
    { code: "trapped" },
  );
  traps[1]?.[Symbol.dispose]();
  await second.run(async () => Date.now());
  assert.deepEqual(
    [Date, Math.random, setTimeout, WeakRef, performance.now, Date.prototype.getHours],
    before,
  );
  assert.equal(Object.hasOwn(crypto, "subtle"), false);
});
