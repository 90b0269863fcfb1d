/** The host under a node's volumes: directories, memory, files and mounts. */
import { chmod, chown, lstat, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Stats } from "node:fs";
import type { Env } from "#base";
import { maxEnvFileBytes } from "../limits.ts";
import { writeAtomically } from "./atomic-files-node.ts";
import type { PodHost } from "./machine-volumes.ts";
import type { Mounts } from "./mounts-node.ts";
import type { Payload } from "./payload.ts";
import { openPart, readPart } from "./sub-path-node.ts";

/** What a hostPath's type wants to find. */
const hostPathTypes: Readonly<Record<string, readonly [is: (found: Stats) => boolean, name: string]>> = {
  Directory: [(found) => found.isDirectory(), "a directory"],
  DirectoryOrCreate: [(found) => found.isDirectory(), "a directory"],
  File: [(found) => found.isFile(), "a file"],
  FileOrCreate: [(found) => found.isFile(), "a file"],
  Socket: [(found) => found.isSocket(), "a socket file"],
  CharDevice: [(found) => found.isCharacterDevice(), "a character device"],
  BlockDevice: [(found) => found.isBlockDevice(), "a block device"],
};

/** Who knows how images are kept. */
interface ImageMounter {
  mount(image: string, target: string, signal: AbortSignal): Promise<void>;
}

export class MachineVolumeHost implements PodHost {
  readonly #env: Env;
  readonly #mounts: Mounts;
  readonly #imageMounts: ImageMounter;
  #written = 0;

  constructor(env: Env, deps: { readonly mounts: Mounts; readonly imageMounts: ImageMounter }) {
    this.#env = env;
    this.#mounts = deps.mounts;
    this.#imageMounts = deps.imageMounts;
  }

  exists(path: string): Promise<boolean> {
    return lstat(path).then(
      () => true,
      () => false,
    );
  }

  async directory(path: string, group: number | undefined): Promise<void> {
    await mkdir(path, { recursive: true });
    if (group === undefined) return chmod(path, 0o777);
    await chown(path, 0, group);
    // New files get the directory's group.
    await chmod(path, 0o2777);
  }

  async memory(path: string, sizeBytes: number | undefined, signal: AbortSignal): Promise<void> {
    await mkdir(path, { recursive: true });
    if (!(await this.#mounts.has(path))) await this.#mounts.memory(path, sizeBytes, signal);
  }

  async payload(path: string, files: Payload, group: number | undefined): Promise<void> {
    this.#written += 1;
    const now = new Date(this.#env.clock.now()).toISOString().replace(/[-T:]/g, "_").replace("Z", "");
    await writeAtomically(path, files, { stamp: `${now}.${this.#written}`, group });
  }

  async hostPath(path: string, type: string): Promise<void> {
    const [is, name] = hostPathTypes[type] ?? [() => true, ""];
    if (name === "") return;
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && is(found)) return;
    if (found !== undefined || !type.endsWith("OrCreate"))
      throw new Error(`hostPath type check failed: ${path} is not ${name}`);
    if (type === "DirectoryOrCreate") await mkdir(path, { recursive: true, mode: 0o755 });
    else await writeFile(path, "", { mode: 0o644 });
  }

  async part(root: string, path: string, target: string, signal: AbortSignal): Promise<void> {
    const { handle, isDirectory } = await openPart(root, path);
    try {
      if (await this.#mounts.has(target)) {
        const [now, mounted] = await Promise.all([handle.stat(), stat(target)]);
        if (now.dev === mounted.dev && now.ino === mounted.ino) return;
        // Another has the name since, as the file of a ConfigMap that changed.
        await this.#mounts.unmount(target, signal);
      }
      await mkdir(isDirectory ? target : dirname(target), { recursive: true, mode: 0o750 });
      if (!isDirectory) await writeFile(target, "", { mode: 0o640 });
      await this.#mounts.bind(`/proc/${process.pid}/fd/${handle.fd}`, target, signal);
    } finally {
      await handle.close();
    }
  }

  text(root: string, path: string): Promise<string> {
    return readPart(root, path, maxEnvFileBytes);
  }

  async hosts(path: string, make: (nodeHosts: string) => string): Promise<void> {
    const nodeHosts = await readFile("/etc/hosts", "utf8").catch(() => ""); // A machine may have none.
    const text = make(nodeHosts);
    if ((await readFile(path, "utf8").catch(() => undefined)) === text) return;
    await mkdir(dirname(path), { recursive: true, mode: 0o750 });
    // In place: running containers have this very file.
    await writeFile(path, text);
    await chmod(path, 0o644);
  }

  async image(imageId: string, target: string, signal: AbortSignal): Promise<void> {
    if (!(await this.#mounts.has(target))) await this.#imageMounts.mount(imageId, target, signal);
  }

  async clear(directory: string, signal: AbortSignal): Promise<void> {
    for (const path of (await this.#mounts.below(directory)).toReversed())
      await this.#mounts.unmount(path, signal);
    // Never remove through a mount.
    const left = await this.#mounts.below(directory);
    if (left.length > 0) throw new Error(`${left[0]} is still mounted`);
    await rm(directory, { recursive: true, force: true });
  }
}
