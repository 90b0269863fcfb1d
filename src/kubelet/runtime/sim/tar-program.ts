/** `tar` as `kubectl cp` calls it: an archive of files to standard output, or one from standard input (ustar). */
import { posix } from "node:path";
import { tar } from "../containerd/tar.ts";

const blockBytes = 512;

/** The files below `path` as an archive; undefined when there are none. */
export function pack(
  files: ReadonlyMap<string, Uint8Array>,
  directory: string,
  path: string,
): Buffer | undefined {
  const root = posix.resolve(directory, path);
  const found = [...files].filter(([name]) => name === root || name.startsWith(`${root}/`));
  if (found.length === 0) return undefined;
  const shown = (name: string): string => `${path.replace(/^\/+/, "")}${name.slice(root.length)}`;
  return tar(found.map(([name, content]) => ({ path: shown(name), content, mode: 0o644 })));
}

/** The files of an archive by absolute path, below `directory`. */
export function unpack(archive: Uint8Array, directory: string): ReadonlyMap<string, Buffer> {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const files = new Map<string, Buffer>();
  for (let at = 0; at + blockBytes <= bytes.length; ) {
    const name = textAt(bytes, at, 100);
    if (name === "") break;
    const size = Number.parseInt(textAt(bytes, at + 124, 12).trim() || "0", 8);
    const isFile = ["0", ""].includes(textAt(bytes, at + 156, 1));
    const full = posix.join(textAt(bytes, at + 345, 155), name);
    at += blockBytes;
    if (isFile) files.set(posix.resolve(directory, full), bytes.subarray(at, at + size));
    at += Math.ceil(size / blockBytes) * blockBytes;
  }
  return files;
}

function textAt(bytes: Buffer, at: number, size: number): string {
  const end = bytes.indexOf(0, at);
  return bytes.toString("utf8", at, end < 0 || end > at + size ? at + size : end);
}
