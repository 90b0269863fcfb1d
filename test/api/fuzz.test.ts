/** A short run of the fuzzers, for the gate; `npm run fuzz -- 1000000` is the long one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../testing/seeded.ts";
import { fuzz } from "../testing/fuzz/run.ts";
import { type Target, keepsDigits, targets } from "../testing/fuzz/targets.ts";

const SEED = "gate";
const TOTAL_MS = 5_000;

for (const target of targets)
  test(`${target.name}: nothing but typed errors, no prototype changed, nothing slow`, () => {
    const ran = fuzz(target, { seed: SEED, executions: 5_000, milliseconds: TOTAL_MS / targets.length });
    assert.ok(ran >= 64, `only ${ran} inputs ran`);
  });

test("the fuzzer sees a crash, a changed prototype and a slow input", () => {
  const corpus = [Buffer.from("x")];
  const bad: readonly Target[] = [
    { name: "crash", corpus, run: () => (undefined as unknown as { x: () => void }).x() },
    {
      name: "slow",
      corpus,
      run: () => {
        for (const end = performance.now() + 120; performance.now() < end; );
      },
    },
  ];
  for (const target of bad)
    assert.throws(() => fuzz(target, { seed: SEED, executions: 1 }), { name: "FuzzFailure" }, target.name);
  const key = "fuzzed";
  const pollute = (): void =>
    void Object.defineProperty(Object.prototype, key, { value: 1, configurable: true });
  const polluter = { name: "pollution", corpus: [Buffer.from("")], run: pollute };
  try {
    const once = { ...polluter, run: (input: Buffer) => (input.length > 0 ? pollute() : undefined) };
    assert.throws(() => fuzz(once, { seed: SEED, executions: 100 }), /changed a prototype/);
  } finally {
    delete (Object.prototype as Record<string, unknown>)[key];
  }
});

test("integers of 64 bits keep every digit in every writing and patch", () => {
  const random = seeded(SEED);
  const edges = [2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, 9007199254740993n, 1n];
  const draws = Array.from(
    { length: 200 },
    () => (BigInt(random.below(2 ** 31)) << 32n) + BigInt(random.below(2 ** 32)),
  );
  for (const value of [...edges, ...draws]) {
    keepsDigits(value);
    keepsDigits(-value);
  }
});
