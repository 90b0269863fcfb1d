/** The published package: built, packed, installed into an empty folder without a network, run, embedded, typed. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Ended, root, run } from "../testing/program.ts";

const folder = mkdtempSync(join(tmpdir(), "navarch-package-"));
const installed = join(folder, "node_modules/navarch");
const skip = existsSync(join(root, "node_modules/esbuild")) ? false : "esbuild is not installed";
after(() => rmSync(folder, { recursive: true, force: true }));

async function succeeded(command: string, args: readonly string[]): Promise<Ended> {
  const ended = await run(command, args);
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  return ended;
}

/** Runs a module of the folder, which finds the package as its users do. */
function program(name: string, text: string): Promise<Ended> {
  writeFileSync(join(folder, name), text);
  return succeeded(join(root, "bin/node"), [join(folder, name)]);
}

before(async () => {
  if (skip !== false) return;
  await succeeded(join(root, "bin/node"), [join(root, "scripts/build.ts")]);
  const packed = await succeeded("npm", ["pack", join(root, "dist"), "--pack-destination", folder, "--json"]);
  const [{ filename }] = JSON.parse(packed.stdout) as [{ readonly filename: string }];
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  const quiet = ["--offline", "--no-audit", "--no-fund", "--engine-strict=false"];
  await succeeded("npm", ["install", "--prefix", folder, ...quiet, join(folder, filename)]);
});

test("the package brings no other package, no install script, no sources and no Node.js", { skip }, () => {
  const found = readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."));
  assert.deepEqual(found, ["navarch"]);
  const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as object;
  for (const part of ["scripts", "dependencies", "optionalDependencies"])
    assert.ok(!(part in manifest), part);
  assert.ok(!existsSync(join(installed, "src")));
  assert.match(readFileSync(join(installed, "THIRD-PARTY-LICENSES"), "utf8"), /sorted-btree/);
});

test("navarch --help is the command line's", { skip }, async () => {
  const { stdout } = await succeeded(join(root, "bin/node"), [
    join(folder, "node_modules/.bin/navarch"),
    "--help",
  ]);
  assert.match(stdout, /^Usage: navarch/);
});

test("help, status and down load nothing of the API, and no module of Node more than they use", {
  skip,
}, () => {
  const files = readdirSync(installed).filter((name) => name.endsWith(".js"));
  const texts = new Map(files.map((name) => [name, readFileSync(join(installed, name), "utf8")]));
  const loaded = new Set<string>();
  const load = (name: string): void => {
    if (loaded.has(name)) return;
    loaded.add(name);
    for (const [, next = ""] of (texts.get(name) ?? "").matchAll(/^(?:import|\}).*"\.\/([^"]+)";$/gm))
      load(next);
  };
  for (const name of files.filter((one) => /^(?:main|(?:command-line|status|down)-\w+)\.js$/.test(one)))
    load(name);
  assert.ok(loaded.size > 4, [...loaded].join());
  const heavy = /^\/\/ src\/(?:api\/(?:kinds|types)|apiserver|controllers|scheduler|store)\//m;
  assert.deepEqual(
    [...loaded].filter((name) => heavy.test(texts.get(name) ?? "")),
    [],
  );
  assert.deepEqual(
    [...texts].filter(([, text]) => /^import .*"node:/m.test(text)).map(([name]) => name),
    [],
  );
});

test("a program embeds a cluster, in memory and on disk", { skip }, async () => {
  const { stdout } = await program(
    "embed.mjs",
    `import { startCluster } from "navarch";
import { namespaces } from "navarch/api";
const never = new AbortController().signal;
for (const dataDir of [undefined, ${JSON.stringify(join(folder, "data"))}]) {
  await using cluster = await startCluster({ dataDir });
  const { items } = await cluster.client().of(namespaces).list({}, never);
  console.log(items.map((one) => one.metadata.name).join());
}`,
  );
  const names = "default,kube-node-lease,kube-public,kube-system";
  assert.equal(stdout, `${names}\n${names}\n`);
});

test("the declarations type a program", { skip }, async () => {
  for (const name of ["@types", "undici-types"]) {
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
  mkdirSync(join(folder, "typed"));
  const file = join(folder, "typed/main.ts");
  writeFileSync(
    file,
    `import { type Cluster, startCluster } from "navarch";
import { type Pod, pods } from "navarch/api";
await using cluster: Cluster = await startCluster({ virtualNodes: 1 });
const list = await cluster.client().of<Pod>(pods).list({}, new AbortController().signal);
export const node: string | undefined = list.items[0]?.spec?.nodeName;
// @ts-expect-error: a number of nodes is a number
await startCluster({ virtualNodes: "1" });`,
  );
  const how = [
    "--ignoreConfig",
    "--noEmit",
    "--strict",
    "--module",
    "esnext",
    "--moduleResolution",
    "bundler",
  ];
  const libraries = ["--target", "es2024", "--lib", "es2024,esnext.disposable", "--types", "node"];
  await succeeded(join(root, "node_modules/.bin/tsc"), [...how, ...libraries, file]);
});
