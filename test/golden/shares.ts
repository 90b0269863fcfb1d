/** The shares that were reached: a file that only grows, read by the test and by docs/parity.md. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../testing/program.ts";
import type { Share, Shares } from "./replay.ts";

const path = join(root, "test/golden/shares.json");

/** By recording, then by kind. */
export type AllShares = Readonly<Record<string, Shares>>;

export function readShares(): AllShares {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as AllShares) : {};
}

/** One line for each kind. */
export function writeShares(all: AllShares): void {
  const files = Object.entries(all).map(([file, shares]) => {
    const rows = Object.entries(shares).map(
      ([kind, share]) => `    ${JSON.stringify(kind)}: [${share.join(", ")}]`,
    );
    return `  ${JSON.stringify(file)}: {\n${rows.join(",\n")}\n  }`;
  });
  writeFileSync(path, `{\n${files.join(",\n")}\n}\n`);
}

/** `[5532, 5535]` */
export function totalOf(shares: Shares): Share {
  const total: [number, number] = [0, 0];
  for (const share of Object.values(shares)) for (const i of [0, 1] as const) total[i] += share[i];
  return total;
}
