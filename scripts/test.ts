/**
 * Everything (`npm test`): the quick gate, then each whole-system suite under `test/` in a process of its own, with a
 * table of seconds. A suite that cannot run here is skipped with its reason.
 */
import { globSync, existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { counts } from "./counts.ts";
import { okSteps } from "./ok.ts";
import { etcdTests, root, runSteps, searchPath, type Step } from "./steps.ts";

/** Why a suite cannot run here: programs that are not on PATH. */
function missing(programs: readonly string[]): string | undefined {
  const absent = programs.filter(
    (program) => !searchPath.split(":").some((folder) => existsSync(`${folder}/${program}`)),
  );
  return absent.length === 0 ? undefined : `needs ${absent.join(", ")} on PATH`;
}

/** One step for each suite file; those with real containers are alone, since pods have limits of time. */
function suites(): readonly Step[] {
  return globSync("test/*/*.test.ts", { cwd: root })
    .sort()
    .map((path) => ({
      name: `${basename(dirname(path))}: ${basename(path, ".test.ts")}`,
      command: ["bin/node", "--test", "--test-timeout=900000", "--test-reporter=spec", path],
      loud: process.env["CI"] === "true",
      alone: dirname(path) === "test/e2e",
      skip: () => missing(needsOf(path)),
    }));
}

/** Programs that a suite cannot do without, by its folder. */
function needsOf(path: string): readonly string[] {
  const needs: Readonly<Record<string, readonly string[]>> = { kubectl: ["kubectl"], python: ["python3"] };
  return needs[basename(dirname(path))] ?? [];
}

const etcd: Step = {
  name: "store: etcd",
  command: [
    "bin/node",
    "--test",
    "--test-timeout=120000",
    "--test-concurrency=1",
    "--test-reporter=spec",
    ...globSync(etcdTests, { cwd: root }).sort(),
  ],
  skip: () => missing(["etcd"]),
};

const passed = await runSteps([...okSteps, etcd, ...suites()]);
console.log(counts());
process.exitCode = passed ? 0 : 1;
