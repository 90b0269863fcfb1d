/**
 * Makes the published package in `dist/`: the bundle, the texts of the API, its type declarations, the licences of what it carries, and a
 * package.json without dependencies (`npm run build`, then `npm publish ./dist`). The repository's own package.json is
 * for clones: it brings Node.js and the tools.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TEXT_SOURCES, writeApiTexts } from "./api-texts.ts";
import { bundle } from "./bundle.ts";
import { root, tool } from "./steps.ts";

interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly type: string;
  readonly engines: object;
  readonly imports: Readonly<Record<string, string>>;
}

/** Runs on any Node.js, to tell an old one what is missing. */
const program = `#!/usr/bin/env node
if (Number(process.versions.node.split(".")[0]) >= 24) import("./main.js");
else {
  console.error("Navarch needs Node.js 24 or newer, and found " + process.versions.node + ".");
  process.exitCode = 1;
}
`;

/** Where the declarations of a source are. */
function typesOf(source: string): string {
  return source.replace(/^\.\/src\/(.*)\.ts$/, "./types/$1.d.ts");
}

function published(from: PackageFile): object {
  const { name, version, description, license, type, engines, imports } = from;
  const doors = Object.entries(imports).map(([door, source]) => [door, { types: typesOf(source) }]);
  const library = (door: string): object => ({ types: `./types/${door}/mod.d.ts`, default: `./${door}.js` });
  return {
    name,
    version,
    description,
    license,
    type,
    engines,
    bin: { navarch: "navarch.js" },
    exports: { ".": library("cluster"), "./api": library("api"), "./package.json": "./package.json" },
    // Declarations name each other's rooms.
    imports: Object.fromEntries(doors),
    peerDependencies: { "@types/node": "*" },
    peerDependenciesMeta: { "@types/node": { optional: true } },
  };
}

/** The licence texts of the packages that are in the bundle. */
function notices(inputs: readonly string[]): string {
  const folders = new Set(
    inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  const texts = [...folders].sort().map((folder) => {
    const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "license"].find((one) =>
      existsSync(join(root, folder, one)),
    );
    if (file === undefined) throw new Error(`Cannot publish "${folder}": it has no licence text`);
    return `${folder.replace(/^.*node_modules\//, "")}\n\n${readFileSync(join(root, folder, file), "utf8")}`;
  });
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

/** The whole package. */
async function build(folder: string): Promise<void> {
  const { inputs } = await bundle(folder);
  await writeApiTexts(folder);
  const options = ["--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--incremental", "false"];
  const project = join(root, "scripts/published-types.json");
  execFileSync(tool("tsc"), ["-p", project, ...options, "--outDir", join(folder, "types")], {
    cwd: root,
    stdio: "inherit",
  });
  const own = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as PackageFile;
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(published(own), undefined, 2)}\n`);
  writeFileSync(join(folder, "navarch.js"), program);
  chmodSync(join(folder, "navarch.js"), 0o755);
  writeFileSync(join(folder, "THIRD-PARTY-LICENSES"), notices([...inputs, ...TEXT_SOURCES]));
  for (const file of ["README.md", "LICENSE"]) copyFileSync(join(root, file), join(folder, file));
}

await build(join(root, "dist"));
