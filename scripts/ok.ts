/**
 * The quick gate (`npm run ok`): format, lint, types, tidy and unit tests, then the counts that may only shrink.
 * Prints a line per step; the output of a step only when it fails. Exit code 1 if any failed.
 */
import { counts } from "./counts.ts";
import { lanes, runSteps, type Step, testCommand, tool, unitTestFiles } from "./steps.ts";

/** The steps of the gate, which `npm test` runs too. */
export const okSteps: readonly Step[] = [
  { name: "format", command: [tool("biome"), "check", "--max-diagnostics=20"] },
  { name: "lint", command: [tool("oxlint"), "--type-aware", "--quiet", "src", "test", "bench", "scripts"] },
  { name: "types", command: [tool("tsc"), "-p", "."] },
  ...Array.from({ length: lanes }, (_, lane) => unitTests(lane)),
];

/** Every so many of the files, in one process: one for each file would compile the same sources again and again. */
function unitTests(lane: number): Step {
  const files = unitTestFiles().filter((_, index) => index % lanes === lane);
  return {
    name: `unit tests, ${lane + 1} of ${lanes}`,
    command: testCommand(120, "scripts/unit-tests.ts", ...files),
  };
}

if (import.meta.main) {
  const passed = await runSteps(okSteps);
  console.log(counts());
  process.exitCode = passed ? 0 : 1;
}
