/**
 * Everything (`npm test`): the quick gate, then each whole-system suite under `test/` in a process of its own, with a
 * table of seconds. A suite that cannot run here is skipped with its reason.
 */
import { globSync, existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { counts } from "./counts.ts";
import { okSteps } from "./ok.ts";
import { outsideTests, root, runSteps, searchPath, type Step, testCommand } from "./steps.ts";

/** Why a suite cannot run here: programs that are not on PATH. */
function missing(programs: readonly string[]): string | undefined {
  const absent = programs.filter(
    (program) => !searchPath.split(":").some((folder) => existsSync(`${folder}/${program}`)),
  );
  return absent.length === 0 ? undefined : `needs ${absent.join(", ")} on PATH`;
}

/** One step for each suite file that the pattern names. */
function suites(pattern: string, containers = false): readonly Step[] {
  return globSync(pattern, { cwd: root, exclude: containers ? [] : [withContainers] })
    .sort()
    .map((path) => ({
      name: `${basename(dirname(path))}: ${basename(path, ".test.ts")}`,
      command: testCommand(900, path),
      containers,
      skip: () => missing(needsOf(path)),
    }));
}

/** Programs that a suite cannot do without, by its folder. */
function needsOf(path: string): readonly string[] {
  const needs: Readonly<Record<string, readonly string[]>> = { kubectl: ["kubectl"], python: ["python3"] };
  return needs[basename(dirname(path))] ?? [];
}

/** The tests of `outsideTests`, in one process for each kind. */
function outside(name: string, kind: keyof typeof outsideTests, ...programs: readonly string[]): Step {
  const files = globSync(outsideTests[kind], { cwd: root }).sort();
  return {
    name,
    command: testCommand(120, "scripts/unit-tests.ts", ...files),
    skip: () => missing(programs),
  };
}

const withContainers = "test/e2e/*.test.ts";
const passed = await runSteps([
  ...suites(withContainers, true),
  ...okSteps,
  outside("store: etcd", "etcd", "etcd"),
  outside("network: kernel", "kernel", "ip", "nft"),
  ...suites("test/*/*.test.ts"),
]);
console.log(counts());
process.exitCode = passed ? 0 : 1;
