/** Programs of the machine that a test cannot do without. */
import { existsSync } from "node:fs";

/** The path of a program on PATH; undefined where there is none. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(":");
  return folders.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
}
