/** A disk of a cluster that keeps nothing: files live as long as the process. */
import { type AppendFile, type Disk, DiskError } from "#base";

export class MemoryDisk implements Disk {
  readonly #files = new Map<string, Buffer>();

  async read(path: string): Promise<Uint8Array> {
    return this.#content(path);
  }

  async append(path: string): Promise<AppendFile> {
    const files = this.#files;
    if (!files.has(path)) files.set(path, Buffer.alloc(0));
    const content = (): Buffer => this.#content(path);
    return {
      get sizeBytes() {
        return content().length;
      },
      append: async (data) => void files.set(path, Buffer.concat([content(), data])),
      truncate: async (sizeBytes) => void files.set(path, content().subarray(0, sizeBytes)),
      sync: async () => {},
      close: async () => {},
    };
  }

  async list(directory: string): Promise<readonly string[]> {
    const prefix = directory === "" ? "" : `${directory}/`;
    const inside = [...this.#files.keys()].filter((path) => path.startsWith(prefix));
    return [...new Set(inside.map((path) => path.slice(prefix.length).split("/")[0] ?? ""))].sort();
  }

  async rename(from: string, to: string): Promise<void> {
    const content = this.#content(from);
    this.#files.delete(from);
    this.#files.set(to, content);
  }

  async remove(path: string): Promise<boolean> {
    return this.#files.delete(path);
  }

  async syncDirectory(): Promise<void> {}

  #content(path: string): Buffer {
    const content = this.#files.get(path);
    if (content === undefined)
      throw new DiskError("notFound", `Cannot read "${path}": there is no such file`);
    return content;
  }
}
