/** The machine's cgroup trees, below `/sys/fs/cgroup`. */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CgroupFiles, CgroupTrees } from "./machine-cgroups.ts";

const controllersOfV2 = ["cpu", "memory", "pids", "hugetlb"];

export class SystemCgroupFiles implements CgroupFiles {
  readonly #root: string;

  constructor(root = "/sys/fs/cgroup") {
    this.#root = root;
  }

  async trees(): Promise<CgroupTrees> {
    if (existsSync(join(this.#root, "cgroup.controllers")))
      return { version: 2, roots: new Map(controllersOfV2.map((name) => [name, this.#root])) };
    const names = await readdir(this.#root);
    // `cpu` and `cpu,cpuacct` are the same directory by links.
    const trees = names.filter((name) => existsSync(join(this.#root, name, "cgroup.procs")));
    return { version: 1, roots: new Map(trees.map((name) => [name, join(this.#root, name)])) };
  }

  async makeDirectory(path: string): Promise<void> {
    await mkdir(path, { recursive: true });
  }

  async directories(path: string): Promise<readonly string[]> {
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    return entries.filter((one) => one.isDirectory()).map((one) => one.name);
  }

  async read(path: string): Promise<string> {
    return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      // Its last process and its directory have just gone.
      if (error.code === "ENOENT" || error.code === "ENODEV") return "";
      throw error;
    });
  }

  async write(path: string, text: string): Promise<void> {
    await writeFile(path, text);
  }

  async removeDirectory(path: string): Promise<void> {
    await rmdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
  }

  kill(pid: number): void {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}
