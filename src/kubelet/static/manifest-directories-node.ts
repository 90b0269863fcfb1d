/** Manifests in directories of this machine, watched, and looked at now and then. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Env } from "#base";
import { DirectoryBell } from "../directory-bell-node.ts";
import { manifestLookMs, maxManifestBytes } from "../limits.ts";
import type { Manifest, ManifestSource } from "./manifests.ts";

export class ManifestDirectories implements ManifestSource {
  readonly #env: Env;
  readonly #directories: readonly string[];

  /** One that is not there is empty, until it is. */
  constructor(env: Env, directories: readonly string[]) {
    this.#env = env;
    this.#directories = directories;
  }

  async read(): Promise<readonly Manifest[]> {
    const lists = await Promise.all(this.#directories.map((directory) => this.#readAll(directory)));
    return lists.flat();
  }

  async *changes(signal: AbortSignal): AsyncGenerator<void> {
    while (!signal.aborted) {
      // Made anew each time: a directory may have come, or come again.
      using bell = new DirectoryBell(this.#env, this.#directories);
      while (await bell.wait(manifestLookMs, signal)) yield;
      if (!signal.aborted) yield;
    }
  }

  async #readAll(directory: string): Promise<readonly Manifest[]> {
    const names = await readdir(directory).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      throw error;
    });
    const manifests: Manifest[] = [];
    for (const name of names.toSorted()) {
      const path = join(directory, name);
      const found = name.startsWith(".") ? undefined : await stat(path).catch(() => undefined);
      if (found?.isFile() !== true || found.size > maxManifestBytes) continue;
      // What goes between two looks was not there.
      const content = await readFile(path).catch(() => undefined);
      if (content !== undefined) manifests.push({ path, content });
    }
    return manifests;
  }
}
