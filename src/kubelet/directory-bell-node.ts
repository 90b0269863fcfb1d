/** Rings when something changes in a directory: for whoever waits for files, and looks now and then anyway. */
import { type FSWatcher, watch } from "node:fs";
import type { Env } from "#base";
import { Bell } from "./bell.ts";

export class DirectoryBell extends Bell implements Disposable {
  #watchers: readonly FSWatcher[];

  /** Directories that are not there do not ring. */
  constructor(env: Env, directories: readonly string[]) {
    super(env);
    this.#watchers = directories.flatMap((directory) => this.#watch(directory));
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  #watch(directory: string): readonly FSWatcher[] {
    try {
      const watcher = watch(directory, { persistent: false }, () => this.ring());
      watcher.on("error", () => {}); // The directory went: looking now and then is left.
      return [watcher];
    } catch {
      // It is not there, or the kernel has no watches left.
      return [];
    }
  }
}
