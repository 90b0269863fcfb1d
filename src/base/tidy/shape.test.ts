/** The shape of files: lengths, names, docstrings, markers, and links of the documents. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { codeOf, isTest, root, sourcesUnder } from "./sources.ts";
import { pluginFamilies } from "./tables.ts";

const sources = ["src", "test", "bench", "scripts"].flatMap((folder) => sourcesUnder(folder));
const documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]
  .filter((path) => existsSync(join(root, path)))
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }))
  .concat(["docs", "src", "test"].flatMap((folder) => sourcesUnder(folder, [".md"])));
/** Names that stand for any: `GROUP/KIND.ts`, `my-plugin.ts`, `x.test.ts`. */
const placeholder = /(?:^|\/)(?:[A-Z]+|my-[\w-]+|x)(?:\.\w+)?\.ts$/;
const isTable = (path: string): boolean => path.startsWith("src/api/types/") || path.includes("/data/");

test("no file is over 500 lines, and no table over 1,200", () => {
  const long = sources
    .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
    .filter(({ path, lines }) => lines > (isTable(path) ? 1_200 : 500) && !isTest(path))
    .map(({ path, lines }) => `${path}: ${lines}`);
  assert.deepEqual(long, []);
});

test("file names are kebab-case nouns", () => {
  const bad = sources
    .map((source) => source.path)
    .filter(
      (path) =>
        !/^([a-z0-9-]+\/)*[a-z0-9]+(-[a-z0-9]+)*(\.(test|contract|suite|bench))?\.ts$/.test(
          path.replace(/\/v\d[\w.]*\//g, "/v/"),
        ),
    )
    .concat(
      sources
        .map((source) => source.path)
        .filter((path) => /(^|\/)(utils?|helpers?|common|misc)\.ts$/.test(path)),
    );
  assert.deepEqual(bad, []);
});

test("every source file opens with a comment that says what it is", () => {
  const bare = sources
    .filter(
      ({ path, text }) => !path.endsWith("/mod.ts") && !text.startsWith("/**") && !text.startsWith("#!"),
    )
    .map((source) => source.path);
  assert.deepEqual(bare, []);
});

test("an exported class, function or interface of a room has a docstring, unless its file's head is about it alone", () => {
  const problems: string[] = [];
  for (const { path, text } of sources.filter(
    ({ path }) => path.startsWith("src/") && !isTest(path) && !isTable(path),
  )) {
    const found = [
      ...text.matchAll(
        /(^|\n)(?:[^\n]*\n)?export (?:abstract )?(?:class|function|async function|interface) (\w+)/g,
      ),
    ];
    const undocumented = found.filter((match) => {
      const start = text.indexOf(`export`, match.index);
      return !/\*\/\s*$/.test(text.slice(0, start));
    });
    if (undocumented.length > Math.max(1, found.length / 2)) {
      problems.push(`${path}: ${undocumented.map((match) => match[2]).join(", ")}`);
    }
  }
  assert.deepEqual(problems, []);
});

test("there are no markers without an issue, and no focused tests", () => {
  const bad = sources
    .filter(({ path }) => !path.startsWith("src/base/tidy/"))
    .filter(
      ({ text }) =>
        /\b(TODO|FIXME|XXX)\b(?!\(#\d+\))/.test(text) || /\b(test|describe|it)\.only\(/.test(codeOf(text)),
    )
    .map((source) => source.path);
  assert.deepEqual(bad, []);
});

test("whole-system tests await events; looking again and again has one place", () => {
  const sleeping = sources
    .filter(
      ({ path, text }) =>
        path.startsWith("test/") && /\bsetInterval\(|setTimeout\(resolve|timers\/promises/.test(text),
    )
    .map((source) => source.path);
  // The others are clients: one tries again while its server is down, those of a rolling update keep a pace.
  const clients = ["test/durability/writer.ts", "test/e2e/network.suite.ts"];
  assert.deepEqual(sleeping.sort(), [...clients, "test/testing/unannounced.ts"]);
});

for (const { folder, table, type } of pluginFamilies) {
  test(`the table of ${folder} lists every member of its family`, () => {
    const text = sources.find((source) => source.path === join(folder, table))?.text ?? "";
    const member = new RegExp(
      `\\nexport (?:const|function) \\w+(?:\\([^)]*\\))?(?:: ${type}\\b|[^;]*satisfies ${type}\\b)`,
    );
    const members = sources
      .filter(({ path, text: code }) => path.startsWith(`${folder}/`) && !isTest(path) && member.test(code))
      .map(({ path }) => path.slice(folder.length + 1))
      .filter((file) => file !== table);
    assert.ok(members.length > 0, `no file of ${folder} exports a ${type}`);
    assert.deepEqual(
      members.filter((file) => !text.includes(`/${file}"`)),
      [],
    );
  });
}

test("a function, constant or class that a file exports is used by another file", () => {
  const seenIn = new Map<string, number>();
  for (const { text } of sources)
    for (const word of new Set(codeOf(text).match(/\w+/g))) seenIn.set(word, (seenIn.get(word) ?? 0) + 1);
  const idle = sources
    .filter(({ path }) => path.startsWith("src/") && !/^src\/api\/types\/|\.bench\.ts$/.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/^export (?:async )?(?:const|function\*?|class) (\w+)/gm)]
        .filter(([, name = ""]) => seenIn.get(name) === 1)
        .map(([, name]) => `${path}: ${name}`),
    );
  assert.deepEqual(idle, []);
});

test("a family has a README, in its folder or its room, that says how to add a member to its table", () => {
  const guides = sourcesUnder("src", [".md"]);
  const missing = pluginFamilies.filter(({ folder, table }) => {
    const above = guides.filter(({ path }) => `${folder}/`.startsWith(`${dirname(path)}/`));
    return !above.some(({ path, text }) =>
      text.includes(join(folder, table).slice(dirname(path).length + 1)),
    );
  });
  assert.deepEqual(missing, []);
});

test("a file that a comment or a document names is there", () => {
  const all = [...sources, ...documents];
  const unknown = all.flatMap(({ path, text }) => {
    const told = path.endsWith(".md") ? [text] : (text.match(/\/\*\*[\s\S]*?\*\/|\/\/.*/g) ?? []);
    return told
      .flatMap((comment) => [...comment.matchAll(/(?<![\w./*>-])(?:\.\.?\/)*([\w./-]*\w\.(?:ts|md))\b/g)])
      .map(([, name = ""]) => name)
      .filter((name) => !placeholder.test(name) && !all.some((file) => `/${file.path}`.endsWith(`/${name}`)))
      .map((name) => `${path} -> ${name}`);
  });
  assert.deepEqual(unknown, []);
});

test("links of the documents lead somewhere", () => {
  const broken: string[] = [];
  for (const { path, text } of documents) {
    for (const [, target = ""] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      if (!existsSync(join(root, dirname(path), target))) broken.push(`${path} -> ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});
