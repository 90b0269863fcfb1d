/**
 * Bundles the program and the library into a few files of JavaScript, which start in a third of the time of the
 * thousand sources and take 40 MB less. Run alone it makes `.cache/bundle`, which the launcher takes as long as no
 * source is newer.
 */
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { pastDoors } from "./past-doors.ts";
import { root } from "./steps.ts";

/** What becomes a file of its own, by name. */
const doors = { main: "src/cli/main.ts", cluster: "src/cluster/mod.ts", api: "src/api/mod.ts" };
/** `new Worker(new URL("./x.ts", import.meta.url))`: a file that another thread or process begins with. */
const startPoint = /new URL\("\.\/([\w-]+)\.ts",\s*import\.meta\.url\)/g;
/** `import { a as b } from "node:x";`, `import x from "node:x";`, `import * as x from "node:x";` */
const builtinImport = /^import (?:\* as )?(\{[^}]*\}|\w+) from "(node:[^"]+)";$/gm;
/** Packages in the older module system ask for Node's modules by `require`. */
const banner = `var require=globalThis.process.getBuiltinModule("node:module").createRequire(import.meta.url);`;

/** What went in: paths of sources and packages, from the repository's folder. */
export interface Bundle {
  readonly inputs: readonly string[];
}

/** Empties `folder` and fills it. */
export async function bundle(folder: string): Promise<Bundle> {
  rmSync(folder, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { ...doors, ...startPoints() },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    // Names and lines stay, for the sake of stack traces.
    minifySyntax: true,
    legalComments: "none",
    logLevel: "warning",
    banner: { js: banner },
    plugins: [pastDoors],
    metafile: true,
  });
  for (const file of globSync("*.js", { cwd: folder })) {
    const path = join(folder, file);
    const text = readFileSync(path, "utf8");
    const moved = text.replace(startPoint, `new URL("./$1.js",import.meta.url)`);
    writeFileSync(path, moved.replace(builtinImport, builtinTaken));
  }
  return { inputs: Object.keys(metafile.inputs) };
}

/**
 * An import of a module of Node looks at each of its exports, and so loads what waits behind them: `node:http` has a
 * WebSocket, whose code takes 40 ms and 8 MB. Taken by a call it loads nothing else.
 */
function builtinTaken(_: string, names: string, module: string): string {
  return `var ${names.replaceAll(" as ", ": ")} = globalThis.process.getBuiltinModule("${module}");`;
}

function startPoints(): Readonly<Record<string, string>> {
  const sources = globSync("src/**/*.ts", { cwd: root, exclude: ["**/*.test.ts"] });
  return Object.fromEntries(
    sources.flatMap((path) =>
      [...readFileSync(join(root, path), "utf8").matchAll(startPoint)].map(([, name = ""]) => [
        name,
        join(path, "..", `${name}.ts`),
      ]),
    ),
  );
}

if (import.meta.main) await bundle(join(root, ".cache/bundle"));
