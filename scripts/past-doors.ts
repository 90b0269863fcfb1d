/**
 * Imports through doors made direct, for the bundle: `import { pods } from "#api"` becomes one from the file that has it.
 * To a bundler a door is a file as others are, and whoever goes through it would load all that is behind.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "esbuild";
import { root } from "./steps.ts";

/** Where an export is, by what it is called there. */
interface Origin {
  readonly file: string;
  readonly name: string;
}

const { imports: rooms } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly imports: Readonly<Record<string, string>>;
};
const imported = /^import \{([^}]*)\} from "(#[^"]+|[^"]*\/mod\.ts)";$/gm;
const shown = /^export \{([^}]*)\} from "([^"]+)";$/gm;

/** For esbuild. */
export const pastDoors: Plugin = {
  name: "past doors",
  setup({ onLoad }) {
    const doors = new Map<string, ReadonlyMap<string, Origin>>();
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      loader: "ts",
      contents: readFileSync(path, "utf8").replace(imported, (_, names: string, from: string) =>
        namesIn(names)
          .map(([name, own]) => {
            const origin = originOf(doors, { file: fileOf(path, from), name });
            return `import { ${origin.name} as ${own} } from ${JSON.stringify(origin.file)};`;
          })
          .join(" "),
      ),
    }));
  },
};

/** `a, type B, c as d` -> `[a, a], [c, d]`. */
function namesIn(names: string): readonly (readonly [name: string, own: string])[] {
  return names
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "" && !one.startsWith("type "))
    .map((one) => one.split(" as "))
    .map(([name = "", own = name]) => [name, own]);
}

/** Through doors behind doors. */
function originOf(doors: Map<string, ReadonlyMap<string, Origin>>, place: Origin): Origin {
  let door = doors.get(place.file);
  if (door === undefined) {
    const text = readFileSync(place.file, "utf8");
    door = new Map(
      [...text.matchAll(shown)].flatMap(([, names = "", from = ""]) =>
        namesIn(names).map(([name, own]) => [own, { file: fileOf(place.file, from), name }]),
      ),
    );
    doors.set(place.file, door);
  }
  const next = door.get(place.name);
  return next === undefined ? place : originOf(doors, next);
}

function fileOf(importer: string, from: string): string {
  return from.startsWith("#") ? join(root, rooms[from] ?? "") : join(dirname(importer), from);
}
