/**
 * The simulated `Disk`: one per host, which outlives its processes. A process crash keeps what was written;
 * a power cut keeps what was synced and a drawn part of the rest:
 *
 *   content  |synced......|unsynced appends..|        names   |durable|create a|rename a b|remove c|
 *   left     |............|.....torn         |        left    |.......|........|
 */
import { type AppendFile, type Disk, DiskError } from "../disk.ts";
import type { Env, Random } from "../env.ts";
import { assert } from "../errors.ts";
import { SimEnv } from "./env.ts";
import type { SimKernel } from "./kernel.ts";
import type { SimScope } from "./scope.ts";

/** What the file system knows by inode: content outlives names. */
interface Inode {
  /** In the order of the appends; joined when read, so that a long log is not copied at each one. */
  chunks: Buffer[];
  sizeBytes: number;
  /** How much of the content is safe. */
  durableBytes: number;
  /** Beyond this nothing can become safe: a failed sync has marked it clean. Infinity while all is well. */
  lostFromBytes: number;
}

type Names = Map<string, Inode>;

/** A change of names not yet durable. */
interface NameChange {
  apply(names: Names): void;
}

const minDelayMs = 0.02;
const maxDelayMs = 0.5;

/** The disks of a world, by host, and their faults. */
export class SimDisks {
  readonly #kernel: SimKernel;
  readonly #random: Random;
  readonly #disks = new Map<string, SimDisk>();

  constructor(kernel: SimKernel, random: Random) {
    this.#kernel = kernel;
    this.#random = random;
  }

  /** The disk of the host of `env`. */
  of(env: Env): Disk {
    assert(env instanceof SimEnv, "A simulated disk belongs to a simulated Env");
    return this.#disk(env.scope.host.name).view(env.scope);
  }

  /** Loses what a power cut loses. `SimWorld.powerCut` crashes the host first. */
  cutPower(host: string): void {
    this.#disk(host).cutPower();
  }

  /** Lets appends fail when the host's files hold more; Infinity ends it. */
  limitSpace(host: string, capacityBytes: number): void {
    this.#disk(host).capacityBytes = capacityBytes;
  }

  /** Lets the next `count` syncs of the host's files fail. */
  failSyncs(host: string, count: number): void {
    this.#disk(host).failingSyncs = count;
  }

  #disk(host: string): SimDisk {
    let disk = this.#disks.get(host);
    if (disk === undefined) {
      disk = new SimDisk(this.#kernel, this.#random.fork(host), host);
      this.#disks.set(host, disk);
    }
    return disk;
  }
}

class SimDisk {
  capacityBytes = Number.POSITIVE_INFINITY;
  failingSyncs = 0;
  readonly #kernel: SimKernel;
  readonly #random: Random;
  readonly #label: string;
  #names: Names = new Map();
  #durableNames: Names = new Map();
  #nameChanges: NameChange[] = [];

  constructor(kernel: SimKernel, random: Random, host: string) {
    this.#kernel = kernel;
    this.#random = random;
    this.#label = `disk ${host}`;
  }

  /** The disk as a process sees it: after its death, nothing that it asked for happens. */
  view(scope: SimScope): Disk {
    const op = <T>(act: () => T) => this.#operation(scope, act);
    return {
      read: (path) => op(() => Uint8Array.from(contentOf(this.#find("read", path)))),
      append: (path) => op(() => this.#open(path, op)),
      list: (directory) => op(() => this.#list(directory)),
      rename: (from, to) =>
        op(() => {
          this.#find("rename", from);
          this.#change((names) => {
            const inode = names.get(from);
            names.delete(from);
            if (inode !== undefined) names.set(to, inode);
          });
        }),
      remove: (path) =>
        op(() => {
          const found = this.#names.has(path);
          if (found) this.#change((names) => names.delete(path));
          return found;
        }),
      syncDirectory: () => op(() => this.#syncNames()),
    };
  }

  cutPower(): void {
    const kept = this.#random.below(this.#nameChanges.length + 1);
    if (kept < this.#nameChanges.length) this.#kernel.faults.count("lostWrite");
    for (const change of this.#nameChanges.slice(0, kept)) change.apply(this.#durableNames);
    this.#nameChanges = [];
    this.#names = new Map(this.#durableNames);
    for (const inode of new Set(this.#names.values())) this.#tear(inode);
  }

  /** Takes a drawn time, as a machine would; the order of the operations is that of their ends. */
  #operation<T>(scope: SimScope, act: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!scope.alive) return;
      const delayMs = minDelayMs + this.#random.float() * (maxDelayMs - minDelayMs);
      const run = () => {
        try {
          resolve(act());
        } catch (error) {
          reject(error);
        }
      };
      this.#kernel.schedule(delayMs, this.#label, run, scope);
    });
  }

  #open(path: string, op: <T>(act: () => T) => Promise<T>): AppendFile {
    let inode = this.#names.get(path);
    if (inode === undefined) {
      const created: Inode = {
        chunks: [],
        sizeBytes: 0,
        durableBytes: 0,
        lostFromBytes: Number.POSITIVE_INFINITY,
      };
      this.#change((names) => names.set(path, created));
      inode = created;
    }
    const file = inode;
    return {
      get sizeBytes() {
        return file.sizeBytes;
      },
      append: (data) => op(() => this.#append(path, file, data)),
      truncate: (sizeBytes) =>
        op(() => {
          cutTo(file, sizeBytes);
          file.durableBytes = Math.min(file.durableBytes, sizeBytes);
        }),
      sync: () => op(() => this.#sync(path, file)),
      close: () => op(() => undefined),
    };
  }

  #append(path: string, inode: Inode, data: Uint8Array): void {
    const room = this.capacityBytes - this.#usedBytes();
    const fits = data.length <= room;
    const part = fits ? data : data.subarray(0, Math.max(0, room));
    inode.chunks.push(Buffer.from(part));
    inode.sizeBytes += part.length;
    if (fits) return;
    this.#kernel.faults.count("diskFull");
    throw new DiskError("full", `Cannot append to "${path}": no space left`);
  }

  #sync(path: string, inode: Inode): void {
    if (this.failingSyncs > 0) {
      this.failingSyncs--;
      this.#kernel.faults.count("syncFailure");
      inode.lostFromBytes = Math.min(inode.lostFromBytes, inode.durableBytes);
      throw new DiskError("syncFailed", `Cannot sync "${path}"`);
    }
    inode.durableBytes = Math.min(inode.sizeBytes, inode.lostFromBytes);
  }

  #tear(inode: Inode): void {
    const unsafe = inode.sizeBytes - inode.durableBytes;
    const kept = this.#random.below(unsafe + 1);
    if (unsafe > 0) this.#kernel.faults.count(kept === 0 ? "lostWrite" : "tornWrite");
    cutTo(inode, inode.durableBytes + kept);
    inode.durableBytes = inode.sizeBytes;
    inode.lostFromBytes = Number.POSITIVE_INFINITY;
  }

  #change(apply: (names: Names) => void): void {
    apply(this.#names);
    this.#nameChanges.push({ apply });
  }

  /** A journalled file system makes all earlier changes of names durable with the last one. */
  #syncNames(): void {
    for (const change of this.#nameChanges.splice(0)) change.apply(this.#durableNames);
  }

  #list(directory: string): readonly string[] {
    const prefix = directory === "" ? "" : `${directory}/`;
    const inside = [...this.#names.keys()].filter((path) => path.startsWith(prefix));
    return [...new Set(inside.map((path) => path.slice(prefix.length).split("/", 1)[0] ?? ""))].sort();
  }

  #find(action: string, path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw new DiskError("notFound", `Cannot ${action} "${path}": no such file`);
    return inode;
  }

  #usedBytes(): number {
    let bytes = 0;
    for (const inode of this.#names.values()) bytes += inode.sizeBytes;
    return bytes;
  }
}

function contentOf(inode: Inode): Buffer {
  const content = Buffer.concat(inode.chunks);
  inode.chunks = [content];
  return content;
}

function cutTo(inode: Inode, sizeBytes: number): void {
  inode.chunks = [contentOf(inode).subarray(0, sizeBytes)];
  inode.sizeBytes = Math.min(inode.sizeBytes, sizeBytes);
}
