/** The edges between rooms, their doors, and where effects and packages may stand. */
import assert from "node:assert/strict";
import { builtinModules } from "node:module";
import { test } from "node:test";
import { codeOf, importsOf, isTest, sourcesUnder } from "./sources.ts";
import {
  bannedGlobals,
  edges,
  mayHaveEffects,
  packages,
  pureCryptoFiles,
  pureModules,
  simulationDriver,
} from "./tables.ts";

const sources = sourcesUnder("src").filter((source) => !source.path.startsWith("src/base/tidy/"));
const roomOf = (path: string): string => path.split("/")[1] ?? "";

test("every import between rooms is an edge of the table and goes through a door", () => {
  const problems: string[] = [];
  for (const { path, text } of sources.filter((source) => !isTest(source.path))) {
    const room = roomOf(path);
    const allowed: readonly string[] = (edges as Record<string, readonly string[]>)[room] ?? [];
    for (const name of importsOf(text)) {
      if (name.startsWith("#")) {
        const target = name.slice(1);
        const inside = target.split("/")[0] === room;
        if (!inside && !allowed.includes(target))
          problems.push(`${path} imports ${name}: not an edge of "${room}"`);
      } else if (name.startsWith(".")) {
        const resolved = new URL(name, `file:///${path}`).pathname.slice(1);
        if (roomOf(resolved) !== room)
          problems.push(`${path} imports ${name}: use the door of "${roomOf(resolved)}"`);
      }
    }
  }
  assert.deepEqual(problems, []);
});

test("an edge between rooms that are on disk is used, or goes", () => {
  const rooms = new Set(sources.map(({ path }) => roomOf(path)));
  const used = new Set(
    sources
      .filter(({ path }) => !isTest(path))
      .flatMap(({ path, text }) => importsOf(text).map((name) => `${roomOf(path)} ${name}`)),
  );
  const idle = Object.entries(edges).flatMap(([room, targets]) =>
    targets
      .filter((target) => rooms.has(room) && rooms.has(target.split("/")[0] ?? ""))
      .map((target) => `${room} #${target}`)
      .filter((edge) => !used.has(edge)),
  );
  assert.deepEqual(idle, []);
});

test("every room is in the edge table", () => {
  const rooms = new Set(sources.map((source) => roomOf(source.path)));
  assert.deepEqual(
    [...rooms].filter((room) => !(room in edges)),
    [],
  );
});

test("a door only re-exports by name", () => {
  const problems: string[] = [];
  for (const { path, text } of sources.filter((source) => source.path.endsWith("/mod.ts"))) {
    const rest = codeOf(text)
      .replace(/\b(?:export|import)\s+(?:type\s+)?(?:\*\s+as\s+\w+|\{[^}]*\})\s*(?:from\s+)?\s*;?/g, "")
      .replace(/[\s;]/g, "");
    if (/\bexport\s+\*\s+from\b/.test(text)) problems.push(`${path}: export * from`);
    if (path.split("/").length === 3 && rest !== "") problems.push(`${path}: ${rest.slice(0, 60)}`);
  }
  assert.deepEqual(problems, []);
});

test("a door shows no function that nobody takes through it, unless it is published", () => {
  const everywhere = ["src", "test", "bench", "scripts"].flatMap((folder) => sourcesUnder(folder));
  const listed = (text: string, from: RegExp): readonly string[] =>
    [...text.matchAll(/(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s*from\s*"([^"]+)"/g)]
      .filter(([, , name = ""]) => from.test(name))
      .flatMap(([, names = ""]) => names.split(",").map((name) => name.trim().replace(/ as .*/, "")));
  const isDoor = (path: string): boolean => /^src\/(?:\w+|base\/\w+)\/mod\.ts$/.test(path);
  const taken = new Set(
    everywhere
      .filter(({ path }) => !isDoor(path))
      .flatMap(({ text }) => listed(text, /^#|\/mod\.ts$/).map((name) => name.replace(/^type /, ""))),
  );
  const idle = sources
    .filter(({ path }) => isDoor(path) && !/^src\/(?:api|cluster|cli)\//.test(path))
    .flatMap(({ path, text }) =>
      listed(text.replace(/export type \{[^}]*\}/g, ""), /^\./)
        .filter((name) => !/^type |^$|Error$/.test(name) && !taken.has(name))
        .map((name) => `${path}: ${name}`),
    );
  assert.deepEqual(idle, []);
});

test("nobody knows virtual nodes but their twins and the composition root: a node is a node", () => {
  const twin = "src/kubelet/runtime/sim/";
  const problems: string[] = [];
  for (const { path, text } of sources) {
    if (path.startsWith(twin) || isTest(path) || ["cluster", "cli"].includes(roomOf(path))) continue;
    if (/virtual[- ]?nodes?\b/i.test(codeOf(text))) problems.push(`${path} speaks of virtual nodes`);
    if (path === "src/kubelet/mod.ts") continue;
    if (importsOf(text).some((name) => new URL(name, `file:///${path}`).pathname.startsWith(`/${twin}`)))
      problems.push(`${path} imports the twin`);
  }
  assert.deepEqual(problems, []);
});

test("effects stand only at the edges", () => {
  const problems: string[] = [];
  for (const { path, text } of sources) {
    if (mayHaveEffects(path) || isTest(path) || simulationDriver.includes(path)) continue;
    for (const name of importsOf(text)) {
      const module = name.startsWith("node:")
        ? name
        : builtinModules.includes(name)
          ? `node:${name}`
          : undefined;
      if (module === "node:crypto" && pureCryptoFiles.includes(path)) continue;
      if (module !== undefined && !pureModules.includes(module)) problems.push(`${path} imports ${name}`);
    }
    const code = codeOf(text);
    for (const [pattern, instead] of bannedGlobals) {
      const match = pattern.exec(code);
      if (match === null) continue;
      const line = code.slice(0, match.index).split("\n").length;
      problems.push(`${path}:${line} uses ${match[0].trim()}: use ${instead}`);
    }
  }
  assert.deepEqual(problems, []);
});

test("third-party packages stay in their rooms", () => {
  const problems: string[] = [];
  for (const { path, text } of sources.filter((source) => !isTest(source.path))) {
    for (const name of importsOf(text)) {
      if (/^[#.]|^node:/.test(name) || builtinModules.includes(name)) continue;
      const pkg = name
        .split("/")
        .slice(0, name.startsWith("@") ? 2 : 1)
        .join("/");
      if (!packages[pkg]?.includes(roomOf(path))) problems.push(`${path} imports ${name}`);
    }
  }
  assert.deepEqual(problems, []);
});
