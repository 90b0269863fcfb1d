/**
 * `mkdir -p` that ends. Node's own tries for ever where a folder that is there takes no new one, as /proc: it takes the
 * refusal for a folder above that is missing.
 */
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** The first folder that had to be made; undefined when all was there. Throws what the system says. */
export function makeFolder(path: string, mode: number): string | undefined {
  if (isFolder(path)) return undefined;
  const above = dirname(path) === path ? undefined : makeFolder(dirname(path), mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (!isFolder(path)) throw error; // else somebody was quicker
  }
  return above ?? path;
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
