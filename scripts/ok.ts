/**
 * The quick gate (`npm run ok`): format, lint, types, tidy and unit tests, then the counts that may only shrink.
 * Prints a line per step; the output of a step only when it fails. Exit code 1 if any failed.
 */
import { availableParallelism } from "node:os";
import { counts } from "./counts.ts";
import { runSteps, type Step, tool, unitTestFiles } from "./steps.ts";

/** The steps of the gate, which `npm test` runs too. */
export const okSteps: readonly Step[] = [
  { name: "format", command: [tool("biome"), "check", "--max-diagnostics=20"] },
  { name: "lint", command: [tool("oxlint"), "--type-aware", "--quiet", "src", "test", "bench", "scripts"] },
  { name: "types", command: [tool("tsc"), "-p", "."] },
  {
    name: "unit tests",
    command: [
      "bin/node",
      "--test",
      "--test-timeout=120000",
      `--test-concurrency=${availableParallelism()}`,
      "--test-reporter=dot",
      ...unitTestFiles(),
    ],
  },
];

if (import.meta.main) {
  const passed = await runSteps(okSteps);
  console.log(counts());
  process.exitCode = passed ? 0 : 1;
}
