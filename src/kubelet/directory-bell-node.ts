/** Rings when something changes in a directory: for whoever waits for files, and looks now and then anyway. */
import { type FSWatcher, watch } from "node:fs";
import type { Env } from "#base";

export class DirectoryBell implements Disposable {
  readonly #env: Env;
  #watchers: readonly FSWatcher[];
  #rung = false;
  #wake: () => void = () => {};

  /** Directories that are not there do not ring. */
  constructor(env: Env, directories: readonly string[]) {
    this.#env = env;
    this.#watchers = directories.flatMap((directory) => this.#watch(directory));
  }

  /** True when it rang; false after `ms` or on abort. */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#rung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = this.#env.clock.timer(ms, resolve);
        this.#wake = () => {
          timer.cancel();
          resolve();
        };
        signal.addEventListener("abort", this.#wake, { once: true });
      });
      signal.removeEventListener("abort", this.#wake);
    }
    const rung = this.#rung;
    this.#rung = false;
    return rung;
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  #watch(directory: string): readonly FSWatcher[] {
    try {
      const watcher = watch(directory, { persistent: false }, () => {
        this.#rung = true;
        this.#wake();
      });
      watcher.on("error", () => {}); // The directory went: looking now and then is left.
      return [watcher];
    } catch {
      // It is not there, or the kernel has no watches left.
      return [];
    }
  }
}
