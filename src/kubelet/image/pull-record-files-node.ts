/**
 * Records of pulls as files, laid out as upstream's (`image_manager/pulling`, `image_manager/pulled`), so that either
 * kubelet goes on with the other's. A file is whole or absent, and on the disk before anybody counts on it.
 */
import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { PulledRecord, PullRecordStore } from "./pull-records.ts";

const apiVersion = "kubelet.config.k8s.io/v1beta1";

export class PullRecordFiles implements PullRecordStore {
  readonly #pulled: string;
  readonly #pulling: string;

  /** `directory`: of the kubelet. */
  constructor(directory: string) {
    this.#pulled = join(directory, "image_manager", "pulled");
    this.#pulling = join(directory, "image_manager", "pulling");
  }

  async record(imageRef: string): Promise<PulledRecord | undefined> {
    return read<PulledRecord>(join(this.#pulled, fileOf(imageRef)));
  }

  async records(): Promise<readonly PulledRecord[]> {
    return all<PulledRecord>(this.#pulled);
  }

  async write(record: PulledRecord): Promise<void> {
    await write(this.#pulled, record.imageRef, { kind: "ImagePulledRecord", apiVersion, ...record });
  }

  async remove(imageRef: string): Promise<void> {
    await rm(join(this.#pulled, fileOf(imageRef)), { force: true });
  }

  async intents(): Promise<readonly string[]> {
    return (await all<{ readonly image: string }>(this.#pulling)).map((one) => one.image);
  }

  async writeIntent(image: string): Promise<void> {
    await write(this.#pulling, image, { kind: "ImagePullIntent", apiVersion, image });
  }

  async removeIntent(image: string): Promise<void> {
    await rm(join(this.#pulling, fileOf(image)), { force: true });
  }
}

function fileOf(key: string): string {
  return `sha256-${createHash("sha256").update(key).digest("hex")}`;
}

async function all<T>(directory: string): Promise<readonly T[]> {
  const names = await readdir(directory).catch(() => []); // nothing was pulled yet
  const found = await Promise.all(
    names.filter((name) => name.startsWith("sha256-")).map((name) => read<T>(join(directory, name))),
  );
  return found.filter((one) => one !== undefined);
}

async function read<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function write(directory: string, key: string, content: object): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, fileOf(key));
  const draft = join(directory, `.${fileOf(key)}`);
  await synced(draft, "w", JSON.stringify(content));
  await rename(draft, path);
  await synced(directory, "r");
}

async function synced(path: string, flags: "r" | "w", text?: string): Promise<void> {
  await using file = await open(path, flags, 0o600);
  if (text !== undefined) await file.writeFile(text);
  await file.sync();
}
