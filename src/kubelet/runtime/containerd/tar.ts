/** Tar archives in memory (POSIX ustar), for the small images that are made here. Pure. */
import { Buffer } from "node:buffer";
import { assert } from "#base";

/** A file, a link (`to`) or, with neither content nor target, a directory. */
export interface TarEntry {
  /** `bin/sh`: no leading slash; up to 100 bytes. */
  readonly path: string;
  readonly content?: Uint8Array;
  readonly to?: string;
  /** Default 0o755. */
  readonly mode?: number;
}

const blockBytes = 512;

/** Entries in the given order; owner root, time 0, so equal entries give equal bytes. */
export function tar(entries: readonly TarEntry[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    const content = entry.content ?? new Uint8Array(0);
    parts.push(header(entry, content.length), content);
    parts.push(new Uint8Array((blockBytes - (content.length % blockBytes)) % blockBytes));
  }
  parts.push(new Uint8Array(2 * blockBytes));
  return Buffer.concat(parts);
}

function header({ path, content, to, mode = 0o755 }: TarEntry, size: number): Buffer {
  const isDirectory = content === undefined && to === undefined;
  const name = isDirectory ? `${path}/` : path;
  assert(Buffer.byteLength(name) <= 100 && Buffer.byteLength(to ?? "") <= 100, "tar names are short");
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, digits: number): void => {
    block.write(`${value.toString(8).padStart(digits, "0")}\0`, at, "latin1");
  };
  block.write(name, 0, "utf8");
  octal(mode, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(0, 136, 11);
  block.write(to === undefined ? (isDirectory ? "5" : "0") : "2", 156, "latin1");
  block.write(to ?? "", 157, "utf8");
  block.write("ustar\0" + "00", 257, "latin1");
  // The checksum counts its own field as spaces.
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}
