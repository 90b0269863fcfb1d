/** Fuzzes every decoder: `npm run fuzz -- N [--target NAME] [--seed TEXT]` runs N inputs, shared out over the targets. */
import { parseArgs } from "node:util";
import { fuzz } from "../test/testing/fuzz/run.ts";
import { targets } from "../test/testing/fuzz/targets.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { target: { type: "string" }, seed: { type: "string" } },
});
const total = Number(positionals[0] ?? 1_000_000);
const seed = values.seed ?? String(Date.now());
const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target);
if (chosen.length === 0 || !Number.isSafeInteger(total)) {
  console.error(
    `usage: npm run fuzz -- N [--target ${targets.map(({ name }) => name).join("|")}] [--seed TEXT]`,
  );
  process.exitCode = 2;
}
for (const target of chosen) {
  const start = performance.now();
  try {
    const ran = fuzz(target, { seed, executions: Math.ceil(total / chosen.length) });
    const seconds = (performance.now() - start) / 1000;
    console.log(`ok      ${target.name}: ${ran} inputs in ${seconds.toFixed(1)} s (seed ${seed})`);
  } catch (error) {
    console.log(`FAILED  ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
