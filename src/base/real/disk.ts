/** The real `Disk`: a folder of the machine's file system. Paths never lead out of it. */
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, readFile, rename, unlink } from "node:fs/promises";
import { dirname, join, normalize, sep } from "node:path";
import { type AppendFile, type Disk, DiskError, type DiskErrorCode } from "../disk.ts";

const directoryMode = 0o700;

export class FileSystemDisk implements Disk {
  readonly #root: string;

  /** `root` is the folder that holds everything; it is made on the first write. */
  constructor(root: string) {
    this.#root = normalize(root);
  }

  read(path: string): Promise<Uint8Array> {
    return this.#attempt("read", path, () => readFile(this.#resolve(path)));
  }

  append(path: string, mode = 0o600): Promise<AppendFile> {
    return this.#attempt("open", path, async () => {
      const full = this.#resolve(path);
      await mkdir(dirname(full), { recursive: true, mode: directoryMode });
      const handle = await open(full, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, mode);
      return new FileSystemFile(path, handle, (await handle.stat()).size);
    });
  }

  async list(directory: string): Promise<readonly string[]> {
    try {
      return (await readdir(this.#resolve(directory))).sort();
    } catch (cause) {
      if (codeOf(cause) === "notFound") return [];
      throw diskError("list", directory, cause);
    }
  }

  rename(from: string, to: string): Promise<void> {
    return this.#attempt("rename", from, async () => {
      const target = this.#resolve(to);
      await mkdir(dirname(target), { recursive: true, mode: directoryMode });
      await rename(this.#resolve(from), target);
    });
  }

  async remove(path: string): Promise<boolean> {
    try {
      await unlink(this.#resolve(path));
      return true;
    } catch (cause) {
      if (codeOf(cause) === "notFound") return false;
      throw diskError("remove", path, cause);
    }
  }

  syncDirectory(directory: string): Promise<void> {
    return this.#attempt("sync", directory, async () => {
      const handle = await open(this.#resolve(directory), constants.O_RDONLY);
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    });
  }

  #resolve(path: string): string {
    const full = join(this.#root, path);
    if (full === this.#root || full.startsWith(this.#root.endsWith(sep) ? this.#root : this.#root + sep))
      return full;
    throw new DiskError("denied", `Cannot use "${path}": it leads out of "${this.#root}"`);
  }

  async #attempt<T>(action: string, path: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (cause) {
      throw cause instanceof DiskError ? cause : diskError(action, join(this.#root, path), cause);
    }
  }
}

class FileSystemFile implements AppendFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  #sizeBytes: number;

  constructor(path: string, handle: FileHandle, sizeBytes: number) {
    this.#path = path;
    this.#handle = handle;
    this.#sizeBytes = sizeBytes;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  async append(data: Uint8Array): Promise<void> {
    let written = 0;
    try {
      while (written < data.length) {
        const rest = data.length - written;
        const result = await this.#handle.write(data, written, rest, this.#sizeBytes + written);
        written += result.bytesWritten;
      }
    } catch (cause) {
      throw diskError("append to", this.#path, cause);
    } finally {
      this.#sizeBytes += written;
    }
  }

  async truncate(sizeBytes: number): Promise<void> {
    try {
      await this.#handle.truncate(sizeBytes);
      this.#sizeBytes = sizeBytes;
    } catch (cause) {
      throw diskError("truncate", this.#path, cause);
    }
  }

  async sync(): Promise<void> {
    try {
      await this.#handle.datasync();
    } catch (cause) {
      throw new DiskError("syncFailed", `Cannot sync "${this.#path}"`, { cause });
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

const codes: Readonly<Record<string, DiskErrorCode>> = {
  ENOENT: "notFound",
  ENOSPC: "full",
  EDQUOT: "full",
  EACCES: "denied",
  EPERM: "denied",
  EROFS: "denied",
};

function codeOf(cause: unknown): DiskErrorCode {
  return codes[(cause as NodeJS.ErrnoException).code ?? ""] ?? "failed";
}

function diskError(action: string, path: string, cause: unknown): DiskError {
  return new DiskError(codeOf(cause), `Cannot ${action} "${path}"`, { cause });
}
