/** The numbers that may only shrink: run-time packages, install scripts, edges between rooms, long files. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isTest, sourcesUnder } from "../src/base/tidy/sources.ts";
import { edges } from "../src/base/tidy/tables.ts";
import { root } from "./steps.ts";

interface LockedPackage {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}

/** One line, `run-time packages 60, ...`. */
export function counts(): string {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  const packages = Object.entries(lock.packages).filter(([path]) => path !== "");
  const runTime = packages.filter(([, one]) => one.dev !== true && one.optional !== true).length;
  const scripts = packages.filter(([, one]) => one.dev !== true && one.hasInstallScript === true).length;
  const edgeCount = Object.values(edges).flat().length;
  const long = sourcesUnder("src").filter(
    ({ path, text }) => !isTest(path) && !path.startsWith("src/api/types/") && text.split("\n").length > 301,
  ).length;
  return `run-time packages ${runTime}, with install scripts (never run) ${scripts}, edges ${edgeCount}, files over 300 lines ${long}`;
}
