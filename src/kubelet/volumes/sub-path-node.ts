/**
 * Opens a part of a volume without ever following a link out of it, even while a container that shares the
 * volume swaps links: links are resolved first, then the result is walked from the volume's root by open
 * directories, following none. What the walk opened is what gets mounted (CVE-2017-1002101, CVE-2021-25741).
 */
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, realpath } from "node:fs/promises";
import { join } from "node:path";

/** Linux's O_PATH, which Node does not name: a handle for any kind of file that can be mounted but not read. */
const openPath = 0o10000000;

/** The handle is the caller's to close. Rejects when the path leads out of `root`. Makes missing directories. */
export async function openPart(
  root: string,
  path: string,
): Promise<{ readonly handle: FileHandle; readonly isDirectory: boolean }> {
  const realRoot = await realpath(root);
  const parts = await partsOf(realRoot, path);
  let handle = await open(realRoot, openPath | constants.O_DIRECTORY);
  try {
    for (const part of parts) {
      const next = await step(handle, part);
      await handle.close();
      handle = next;
    }
    const stats = await handle.stat();
    if (stats.isSymbolicLink()) throw outside(path);
    return { handle, isDirectory: stats.isDirectory() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The names to walk: of what the path leads to, or as they are written when it is not there yet. */
async function partsOf(realRoot: string, path: string): Promise<readonly string[]> {
  const full = join(realRoot, path);
  const real = await realpath(full).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return full;
    throw error;
  });
  if (real !== realRoot && !real.startsWith(realRoot === "/" ? "/" : `${realRoot}/`)) throw outside(path);
  return real
    .slice(realRoot.length)
    .split("/")
    .filter((part) => part !== "");
}

/** Opens a name in an open directory; makes a directory when nothing has the name. */
async function step(directory: FileHandle, name: string): Promise<FileHandle> {
  const path = `/proc/self/fd/${directory.fd}/${name}`;
  const flags = openPath | constants.O_NOFOLLOW;
  const found = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) await mkdir(path, { mode: 0o755 });
  const handle = found ?? (await open(path, flags));
  if (!(await handle.stat()).isSymbolicLink()) return handle;
  await handle.close();
  throw outside(name);
}

function outside(path: string): Error {
  return new Error(`subPath "${path}" leads out of its volume`);
}
