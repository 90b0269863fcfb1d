/** Reads what the cgroups of pods and containers count, and the networks of pods, by the kernel's files. */
import { readdir, readFile, readlink } from "node:fs/promises";
import type { Pod } from "#api";
import type { CgroupFiles, CgroupTrees } from "../../cgroup/machine-cgroups.ts";
import { podCgroup } from "../../cgroup/pod-cgroups.ts";
import { podUidLabel } from "../../runtime/labels.ts";
import type { ContainerStats } from "../../runtime/runtime.ts";
import { type CgroupFigures, cgroupFigures, figureFiles, type ProcessFigures } from "./cgroup-figures.ts";
import { type InterfaceCounters, interfaceCounters } from "./interface-counters.ts";
import type { PodFigures } from "./node-measures.ts";

/** One per machine. */
export class CgroupReadings {
  readonly #files: Pick<CgroupFiles, "trees" | "read">;
  #trees: Promise<CgroupTrees> | undefined;

  constructor(deps: { readonly files: Pick<CgroupFiles, "trees" | "read"> }) {
    this.#files = deps.files;
  }

  /** Of the pods that have containers, by pod uid and by container id. One after the other: nobody waits for it. */
  async read(
    pods: readonly Pod[],
    containers: readonly ContainerStats[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, PodFigures>> {
    const result = new Map<string, PodFigures>();
    const byPod = Map.groupBy(containers, (one) => one.labels[podUidLabel] ?? "");
    for (const pod of pods) {
      const { uid = "" } = pod.metadata;
      const own = byPod.get(uid);
      if (own === undefined) continue;
      const path = podCgroup(pod);
      result.set(uid, { ...(await this.#figures(path)), interfaces: [] });
      for (const { id } of own) {
        signal.throwIfAborted();
        const { pids, ...figures } = await this.#container(`${path}/${id}`);
        result.set(id, { ...figures, interfaces: [] });
        const known = result.get(uid);
        if (pids[0] === undefined || known === undefined || known.interfaces.length > 0) continue;
        if (pod.spec.hostNetwork !== true)
          result.set(uid, { ...known, interfaces: await interfacesOf(pids[0]) });
      }
    }
    return result;
  }

  async #container(path: string): Promise<CgroupFigures & { readonly pids: readonly string[] }> {
    const { version, roots } = await this.#read();
    const root = roots.get(version === 1 ? "pids" : "cpu") ?? "";
    const text = await this.#files.read(`${root}${path}/cgroup.procs`);
    const pids = text.split("\n").filter((pid) => pid !== "");
    return { ...(await this.#figures(path)), processes: await processesOf(pids), pids };
  }

  async #figures(path: string): Promise<CgroupFigures> {
    const { version, roots } = await this.#read();
    const texts = figureFiles[version].map(async (name) => {
      const [controller = "", file] = version === 1 ? name.split("/") : ["cpu", name];
      const root = roots.get(controller);
      const text = root === undefined ? "" : await this.#files.read(`${root}${path}/${file}`);
      return [name, text.trimEnd()] as const;
    });
    return cgroupFigures(path, version, new Map(await Promise.all(texts)));
  }

  #read(): Promise<CgroupTrees> {
    this.#trees ??= this.#files.trees();
    return this.#trees;
  }
}

async function processesOf(pids: readonly string[]): Promise<ProcessFigures> {
  const all = { processes: pids.length, fileDescriptors: 0, sockets: 0 };
  for (const pid of pids) {
    const directory = `/proc/${pid}/fd`;
    // A process that has just ended has none.
    const names = await readdir(directory).catch(() => []);
    const targets = await Promise.all(names.map((name) => readlink(`${directory}/${name}`).catch(() => "")));
    all.fileDescriptors += names.length;
    all.sockets += targets.filter((target) => target.startsWith("socket:")).length;
  }
  return all;
}

async function interfacesOf(pid: string): Promise<readonly InterfaceCounters[]> {
  const text = await readFile(`/proc/${pid}/net/dev`, "utf8").catch(() => "");
  return interfaceCounters(text).filter(({ name }) => name !== "lo");
}
