/**
 * The disk as components see it: files that grow at their end, and names that change at once or not at all.
 * Data is durable after `sync`, names (creation, rename, removal) after `syncDirectory`; a power cut may
 * take the rest, or part of it. After a failed sync, what was written before it may be lost although it can
 * still be read: start a new file. Paths are relative, with "/"; directories come into being with their
 * files. Twins: the machine's file system (`base/real`) and a simulated one (`base/sim`); both pass
 * `disk.contract.ts`.
 */
import { CodedError } from "./errors.ts";

/** A folder of files, by relative paths. */
export interface Disk {
  /** The whole file. Rejects with `notFound`. */
  read(path: string): Promise<Uint8Array>;
  /** Opens a file to append to, creating it with mode 0600 (or `mode`). One opener at a time. */
  append(path: string, mode?: number): Promise<AppendFile>;
  /** Names of the files and directories in a directory, sorted; none when it does not exist. */
  list(directory: string): Promise<readonly string[]>;
  /** Gives a file another name, replacing what had it. Rejects with `notFound`. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; true when it was there. */
  remove(path: string): Promise<boolean>;
  /** Makes the names in a directory durable (`""` is the root). */
  syncDirectory(directory: string): Promise<void>;
}

/** A file open for appending. Await each operation before the next: two at once have no promised order. */
export interface AppendFile {
  readonly sizeBytes: number;
  /** Adds at the end. Rejects with `full`; then a part of `data` may be in the file. */
  append(data: Uint8Array): Promise<void>;
  /** Cuts the file to `sizeBytes`: what a failed append left, or the torn end of a log. */
  truncate(sizeBytes: number): Promise<void>;
  /** Makes the content durable. Rejects with `syncFailed`. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export type DiskErrorCode = "notFound" | "full" | "syncFailed" | "denied" | "failed";

/** Rejections of a disk. */
export class DiskError extends CodedError<DiskErrorCode> {}

/**
 * Gives `path` a new content, durably and at once: readers see the old file or the new one, after a power
 * cut too.
 */
export async function replaceFile(disk: Disk, path: string, data: Uint8Array, mode = 0o600): Promise<void> {
  const draft = `${path}.new`;
  await disk.remove(draft); // Left by a crash in the middle of an earlier replacement.
  const file = await disk.append(draft, mode);
  try {
    await file.append(data);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(draft, path);
  await disk.syncDirectory(path.slice(0, Math.max(0, path.lastIndexOf("/"))));
}
