/**
 * Bundles the program and the library into a few files of JavaScript, which start in a third of the time of the
 * thousand sources and take 40 MB less. Run alone it makes `.cache/bundle`, which the launcher takes as long as no
 * source is newer.
 */
import { execFileSync } from "node:child_process";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, tool } from "./steps.ts";

/** What becomes a file of its own, by name. */
const doors = { main: "src/cli/main.ts", cluster: "src/cluster/mod.ts", api: "src/api/mod.ts" };
/** `new Worker(new URL("./x.ts", import.meta.url))`: a file that another thread or process begins with. */
const startPoint = /new URL\("\.\/([\w-]+)\.ts",\s*import\.meta\.url\)/g;
/** Packages in the older module system ask for Node's modules by `require`. */
const banner = `import{createRequire}from"node:module";const require=createRequire(import.meta.url);`;

/** What went in: paths of sources and packages, from the repository's folder. */
export interface Bundle {
  readonly inputs: readonly string[];
}

/** Empties `folder` and fills it. */
export function bundle(folder: string): Bundle {
  rmSync(folder, { recursive: true, force: true });
  const entries = Object.entries(doors).map(([name, path]) => `${name}=${path}`);
  const metafile = join(folder, "inputs.json");
  const options = [
    ["--bundle", "--splitting", "--format=esm", "--platform=node", "--target=node24"],
    // Names and lines stay, for the sake of stack traces.
    ["--minify-syntax", "--legal-comments=none", "--log-level=warning"],
    [`--banner:js=${banner}`, `--metafile=${metafile}`, `--outdir=${folder}`],
  ].flat();
  execFileSync(tool("esbuild"), [...entries, ...startPoints(), ...options], { cwd: root, stdio: "inherit" });
  for (const file of globSync("*.js", { cwd: folder })) {
    const path = join(folder, file);
    const text = readFileSync(path, "utf8");
    const moved = text.replace(startPoint, `new URL("./$1.js",import.meta.url)`);
    if (moved !== text) writeFileSync(path, moved);
  }
  const { inputs } = JSON.parse(readFileSync(metafile, "utf8")) as { readonly inputs: object };
  rmSync(metafile);
  return { inputs: Object.keys(inputs) };
}

function startPoints(): readonly string[] {
  const sources = globSync("src/**/*.ts", { cwd: root, exclude: ["**/*.test.ts"] });
  return sources.flatMap((path) =>
    [...readFileSync(join(root, path), "utf8").matchAll(startPoint)].map(
      ([, name]) => `${name}=${join(path, "..", `${name}.ts`)}`,
    ),
  );
}

if (import.meta.main) bundle(join(root, ".cache/bundle"));
