/**
 * Runs a benchmark by name: `npm run bench -- NAME [ARGS]`. Benchmarks are the `*.bench.ts` files beside the sources and
 * those of `bench/`; without a name it lists them.
 */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { basename } from "node:path";
import { root, searchPath } from "./steps.ts";

const files = globSync(["src/**/*.bench.ts", "bench/*.bench.ts"], { cwd: root }).sort();
const [name, ...rest] = process.argv.slice(2);
const file = files.find((path) => basename(path, ".bench.ts") === name);
if (file === undefined) {
  if (name !== undefined) console.error(`There is no benchmark "${name}".`);
  console.log(`Benchmarks: ${files.map((path) => basename(path, ".bench.ts")).join(", ")}`);
  process.exitCode = name === undefined ? 0 : 1;
} else {
  const env = { ...process.env, PATH: searchPath };
  const result = spawnSync("bin/node", ["--expose-gc", file, ...rest], { cwd: root, env, stdio: "inherit" });
  process.exitCode = result.status ?? 1;
}
