/**
 * Files of a volume that change all at once: readers see the old files or the new ones. Laid out as upstream
 * does, which programs know:
 *
 *   volume/..2026_11_21_04_05_06.1/   the files
 *   volume/..data -> ..2026_...       swapped by one rename
 *   volume/a -> ..data/a              what users open
 */
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Payload } from "./payload.ts";

const current = "..data";

/** `stamp` names the new directory: it must not have been used before. */
export async function writeAtomically(
  directory: string,
  files: Payload,
  options: { readonly stamp: string; readonly group: number | undefined },
): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const before = await readlink(join(directory, current)).catch(() => undefined);
  if (before !== undefined && (await holds(join(directory, before), files))) return;
  const fresh = `..${options.stamp}`;
  await writeAll(join(directory, fresh), files, options.group);
  await rm(join(directory, "..data_tmp"), { force: true });
  await symlink(fresh, join(directory, "..data_tmp"));
  await rename(join(directory, "..data_tmp"), join(directory, current));
  const tops = new Set([...files.keys()].map((path) => path.split("/", 1)[0] ?? ""));
  for (const name of tops) await link(join(directory, name), join(current, name));
  for (const name of await readdir(directory)) {
    if (!tops.has(name) && name !== current && name !== fresh)
      await rm(join(directory, name), { recursive: true, force: true });
  }
}

async function writeAll(directory: string, files: Payload, group: number | undefined): Promise<void> {
  await mkdir(directory, { mode: 0o755 });
  await chmod(directory, 0o755);
  for (const [path, { bytes, mode, user = 0 }] of files) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o755 });
    await writeFile(file, bytes);
    if (group !== undefined || user !== 0) await chown(file, user, group ?? 0);
    // The group that owns the volume may read all of it.
    await chmod(file, group === undefined ? mode : mode | 0o440);
  }
}

async function link(path: string, target: string): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there?.isSymbolicLink() === true && (await readlink(path)) === target) return;
  await rm(path, { recursive: true, force: true });
  await symlink(target, path);
}

/** Whether a directory has exactly these files. */
async function holds(directory: string, files: Payload): Promise<boolean> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const found = entries.filter((one) => one.isFile());
  if (found.length !== files.size) return false;
  for (const [path, { bytes }] of files) {
    const old = await readFile(join(directory, path)).catch(() => undefined);
    if (old === undefined || !old.equals(bytes)) return false;
  }
  return true;
}
