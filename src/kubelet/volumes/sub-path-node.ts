/**
 * Opens a part of a volume without ever following a link out of it, even while a container that shares the
 * volume swaps links: links are resolved first, then the result is walked from the volume's root by open
 * directories, following none. What the walk opened is what gets mounted (CVE-2017-1002101, CVE-2021-25741).
 */
import { constants } from "node:fs";
import { chmod, type FileHandle, mkdir, open, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";

/** Linux's O_PATH, which Node does not name: a handle for any kind of file that can be mounted but not read. */
const openPath = 0o10000000;

/**
 * The handle is the caller's to close. Rejects when the path leads out of `root`. Makes missing directories unless
 * told not to, the last of them with the mode of `root`: who may write to the volume may write there.
 */
export async function openPart(
  root: string,
  path: string,
  { make = true }: { readonly make?: boolean } = {},
): Promise<{ readonly handle: FileHandle; readonly isDirectory: boolean }> {
  const realRoot = await realpath(root);
  const parts = await partsOf(realRoot, path);
  let handle = await open(realRoot, openPath | constants.O_DIRECTORY);
  try {
    const { mode } = await handle.stat();
    let isNew = false;
    for (const part of parts) {
      const next = await step(handle, part, make);
      await handle.close();
      ({ handle, isNew } = next);
    }
    if (isNew) await chmod(pathOf(handle), mode & 0o7777);
    const stats = await handle.stat();
    if (stats.isSymbolicLink()) throw outside(path);
    return { handle, isDirectory: stats.isDirectory() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The text of a file that is there. Rejects as `openPart` does, and when it is no file or too long. */
export async function readPart(root: string, path: string, maxBytes: number): Promise<string> {
  const { handle } = await openPart(root, path, { make: false });
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > maxBytes)
      throw new Error(`"${path}" is no file of at most ${maxBytes} bytes`);
    return await readFile(pathOf(handle), "utf8");
  } finally {
    await handle.close();
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

/** Opens a name in an open directory; makes a directory when nothing has the name, if it may. */
async function step(
  directory: FileHandle,
  name: string,
  make: boolean,
): Promise<{ readonly handle: FileHandle; readonly isNew: boolean }> {
  const path = `${pathOf(directory)}/${name}`;
  const flags = openPath | constants.O_NOFOLLOW;
  const found = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (make && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) await mkdir(path, { mode: 0o755 });
  const handle = found ?? (await open(path, flags));
  if (!(await handle.stat()).isSymbolicLink()) return { handle, isNew: found === undefined };
  await handle.close();
  throw outside(name);
}

/** Leads to what is open, whatever has its name now. */
function pathOf({ fd }: FileHandle): string {
  return `/proc/self/fd/${fd}`;
}

function outside(path: string): Error {
  return new Error(`subPath "${path}" leads out of its volume`);
}
