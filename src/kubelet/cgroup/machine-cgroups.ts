/**
 * The cgroups of a machine's pods. Version 1 has a tree for each controller, and a pod a directory in each;
 * version 2 has one tree, whose controllers are handed down level by level.
 *
 *   navarch/ kubepods/ [burstable/ | besteffort/] pod<uid>/ <container>
 */
import type { Pod } from "#api";
import { type Env, messageOf } from "#base";
import { qosClassOf } from "../status/qos.ts";
import {
  aboveCgroupValues,
  type CgroupValues,
  podCgroupValues,
  qosCgroupValues,
  rootCgroupValues,
} from "./cgroup-values.ts";
import { type CgroupVersion, cgroupWrites } from "./cgroup-writes.ts";
import { ownCgroup, type PodCgroups, podCgroup, podsCgroup, qosCgroup } from "./pod-cgroups.ts";

/** The machine's trees as they are mounted. */
export interface CgroupTrees {
  readonly version: CgroupVersion;
  /** Mount points by controller (version 1; other names are trees without values), or the one of version 2. */
  readonly roots: ReadonlyMap<string, string>;
}

/** The files of the trees. */
export interface CgroupFiles {
  trees(): Promise<CgroupTrees>;
  makeDirectory(path: string): Promise<void>;
  /** Names of directories; empty when it is not there. */
  directories(path: string): Promise<readonly string[]>;
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  /** One that holds no others. Rejects while a process is in it. */
  removeDirectory(path: string): Promise<void>;
  kill(pid: number): void;
}

/** How long a killed process may take to leave its cgroup. */
const removal = { tries: 100, waitMs: 20 };

const classes = ["Guaranteed", "Burstable", "BestEffort"] as const;

/** One per machine. */
export class MachineCgroups implements PodCgroups {
  readonly #env: Pick<Env, "clock" | "log">;
  readonly #files: CgroupFiles;
  readonly #pidsLimit: number | undefined;
  readonly #shared: boolean;
  /** What was written last, by uid. */
  readonly #pods = new Map<
    string,
    { readonly pod: Pod; readonly values: CgroupValues; readonly exact: boolean }
  >();
  #burstable = "";
  #trees: Promise<CgroupTrees> | undefined;

  /**
   * `podPidsLimit`: processes that each pod may have; default: no limit. `shared`: pods that are not ours may be there,
   * and are left alone; default false.
   */
  constructor(
    env: Pick<Env, "clock" | "log">,
    deps: { readonly files: CgroupFiles },
    options: { readonly podPidsLimit?: number; readonly shared?: boolean },
  ) {
    this.#env = env;
    this.#files = deps.files;
    this.#pidsLimit = options.podPidsLimit;
    this.#shared = options.shared ?? false;
  }

  async start(
    { allocatable, known }: Parameters<PodCgroups["start"]>[0],
    signal: AbortSignal,
  ): Promise<void> {
    await this.#apply(ownCgroup, aboveCgroupValues(allocatable));
    await this.#apply(podsCgroup, rootCgroupValues(allocatable));
    for (const qos of ["Burstable", "BestEffort"] as const)
      await this.#apply(qosCgroup(qos), qosCgroupValues(qos, []));
    if (this.#shared) return;
    const unknown = [...(await this.#uids())].filter((uid) => !known.has(uid));
    await Promise.all(unknown.map((uid) => this.#sweep(uid, signal)));
  }

  async ensure(pod: Pod, how: "atLeast" | "exactly", _signal: AbortSignal): Promise<void> {
    const { uid = "" } = pod.metadata;
    const before = this.#pods.get(uid);
    if (before?.pod.spec === pod.spec && (how === "atLeast" || before.exact)) return;
    const exact = podCgroupValues(pod, this.#pidsLimit);
    const values = how === "exactly" || before === undefined ? exact : larger(before.values, exact);
    if (before === undefined || !sameValues(values, before.values)) await this.#apply(podCgroup(pod), values);
    this.#pods.set(uid, { pod, values, exact: sameValues(values, exact) });
    await this.#weighBurstable();
  }

  async remove(podUid: string, signal: AbortSignal): Promise<void> {
    const known = this.#pods.get(podUid);
    this.#pods.delete(podUid);
    const { roots } = await this.#read();
    const places =
      known === undefined ? classes.map((qos) => `${qosCgroup(qos)}/pod${podUid}`) : [podCgroup(known.pod)];
    for (const root of new Set(roots.values()))
      for (const place of places) await this.#remove(`${root}${place}`, signal);
    await this.#weighBurstable();
  }

  /** What cannot go now is no reason not to start: the next start tries again. */
  async #sweep(uid: string, signal: AbortSignal): Promise<void> {
    await this.remove(uid, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      this.#env.log.warn("Cannot remove what a pod left of its cgroups", { uid, error: messageOf(error) });
    });
  }

  /** Takes everything away, when no pod runs any more. */
  async removeAll(signal: AbortSignal): Promise<void> {
    if (this.#shared) {
      for (const uid of this.#pods.keys()) await this.remove(uid, signal);
      return;
    }
    this.#pods.clear();
    const { roots } = await this.#read();
    for (const root of new Set(roots.values())) await this.#remove(`${root}${ownCgroup}`, signal);
  }

  #read(): Promise<CgroupTrees> {
    this.#trees ??= this.#files.trees();
    return this.#trees;
  }

  /** Burstable pods together weigh what they ask for. */
  async #weighBurstable(): Promise<void> {
    const pods = [...this.#pods.values()]
      .map(({ pod }) => pod)
      .filter((one) => qosClassOf(one) === "Burstable");
    const values = qosCgroupValues("Burstable", pods);
    if (String(values.cpuShares) === this.#burstable) return;
    this.#burstable = String(values.cpuShares);
    await this.#apply(qosCgroup("Burstable"), values);
  }

  async #apply(path: string, values: CgroupValues): Promise<void> {
    const { version, roots } = await this.#read();
    const trees = [...new Set(roots.values())];
    await Promise.all(trees.map((root) => this.#files.makeDirectory(`${root}${path}`)));
    if (version === 2) for (const root of trees) await this.#handDown(root, path);
    for (const { controller, file, text } of cgroupWrites(version, values)) {
      const root = roots.get(controller);
      if (root !== undefined) await this.#files.write(`${root}${path}/${file}`, text);
    }
  }

  /** A cgroup has the controllers that the one above it hands down. */
  async #handDown(root: string, path: string): Promise<void> {
    const levels = path.split("/").slice(0, -1);
    for (const [index] of levels.entries()) {
      const directory = `${root}${levels.slice(0, index + 1).join("/")}`;
      const all = (await this.#files.read(`${directory}/cgroup.controllers`)).split(/\s+/);
      const handed = (await this.#files.read(`${directory}/cgroup.subtree_control`)).split(/\s+/);
      for (const name of all.filter((one) => one !== "" && !handed.includes(one))) {
        try {
          await this.#files.write(`${directory}/cgroup.subtree_control`, `+${name}`);
        } catch (error) {
          // Some do not go with what the machine does with them otherwise; the others serve.
          this.#env.log.warn("A controller of cgroups is not to be had", { name, error: messageOf(error) });
        }
      }
    }
  }

  async #uids(): Promise<ReadonlySet<string>> {
    const { roots } = await this.#read();
    const found = new Set<string>();
    for (const root of new Set(roots.values())) {
      for (const qos of classes) {
        for (const name of await this.#files.directories(`${root}${qosCgroup(qos)}`))
          if (name.startsWith("pod")) found.add(name.slice("pod".length));
      }
    }
    return found;
  }

  /** From the leaves to the root; what still runs in it ends. */
  async #remove(path: string, signal: AbortSignal): Promise<void> {
    const all = await this.#below(path);
    for (const directory of all) {
      for (let tries = 1; ; tries += 1) {
        for (const pid of (await this.#files.read(`${directory}/cgroup.procs`)).split("\n"))
          if (Number(pid) > 0) this.#files.kill(Number(pid));
        try {
          await this.#files.removeDirectory(directory);
          break;
        } catch (error) {
          if (tries === removal.tries) throw error;
          await this.#env.clock.sleep(removal.waitMs, signal);
        }
      }
    }
  }

  /** A directory after all that it holds; nothing when it is not there. */
  async #below(path: string): Promise<readonly string[]> {
    const slash = path.lastIndexOf("/");
    if (!(await this.#files.directories(path.slice(0, slash))).includes(path.slice(slash + 1))) return [];
    const walk = async (directory: string): Promise<string[]> => {
      const inner = await this.#files.directories(directory);
      const deeper = await Promise.all(inner.map((name) => walk(`${directory}/${name}`)));
      return [...deeper.flat(), directory];
    };
    return walk(path);
  }
}

/** The limits that let through what either does. */
function larger(a: CgroupValues, b: CgroupValues): CgroupValues {
  const most = (x: number | undefined, y: number | undefined): number | undefined =>
    x === undefined || y === undefined ? undefined : Math.max(x, y);
  return {
    ...b,
    cpuQuotaMicroseconds: most(a.cpuQuotaMicroseconds, b.cpuQuotaMicroseconds),
    memoryLimitBytes: most(a.memoryLimitBytes, b.memoryLimitBytes),
  };
}

function sameValues(a: CgroupValues, b: CgroupValues): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
