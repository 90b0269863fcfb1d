/** Cgroups of pods: their values by upstream's rules, and their files in trees of both versions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod, ResourceRequirements } from "#api";
import { createRealEnv } from "#base/real";
import { container, podOf } from "../testing/builders.ts";
import { podCgroupValues } from "./cgroup-values.ts";
import { type CgroupFiles, type CgroupTrees, MachineCgroups } from "./machine-cgroups.ts";

const signal = new AbortController().signal;
const env = createRealEnv({ name: "test", logLevel: "error" });

const pod = (uid: string, ...resources: readonly ResourceRequirements[]): Pod => ({
  ...podOf({ containers: resources.map((one, index) => container(`c${index}`, { resources: one })) }),
  metadata: { name: uid, namespace: "default", uid },
});

const guaranteed = pod("g", {
  limits: { cpu: "500m", memory: "64Mi" },
  requests: { cpu: "500m", memory: "64Mi" },
});
const burstable = pod("b", { requests: { cpu: "250m" }, limits: { memory: "32Mi" } }, {});
const limited = pod(
  "l",
  { requests: { cpu: "1" }, limits: { cpu: "2", memory: "32Mi" } },
  { limits: { cpu: "1", memory: "32Mi" } },
);

test("podCgroupValues() limits a pod as a whole only where each of its containers is limited", () => {
  const rows = [guaranteed, burstable, limited, pod("n", {})].map((one) => {
    const { cpuShares, cpuQuotaMicroseconds, memoryLimitBytes } = podCgroupValues(one, undefined);
    return [one.metadata.uid, cpuShares, cpuQuotaMicroseconds, memoryLimitBytes];
  });
  assert.deepEqual(rows, [
    ["g", 512, 50_000, 64 * 2 ** 20],
    ["b", 256, undefined, undefined],
    ["l", 1024, 300_000, 64 * 2 ** 20],
    ["n", 2, undefined, undefined],
  ]);
});

test("a version 1 machine has the pod in each tree, with its values", async () => {
  const files = new MemoryTree(1);
  const cgroups = new MachineCgroups(env, { files }, { podPidsLimit: 100 });
  await cgroups.start({ allocatable: { cpu: "2", memory: "1Gi" }, known: new Set() }, signal);
  assert.equal(files.files.get("/cg/memory/navarch/kubepods/memory.limit_in_bytes"), String(2 ** 30));
  assert.equal(files.files.get("/cg/memory/navarch/memory.limit_in_bytes"), "-1");
  for (const group of ["navarch", "navarch/kubepods"])
    assert.equal(files.files.get(`/cg/cpu/${group}/cpu.shares`), "2048");
  await cgroups.ensure(limited, "exactly", signal);
  assert.deepEqual(files.under("/cg/cpu/navarch/kubepods/burstable"), {
    "cpu.shares": "1024",
    "cpu.cfs_period_us": "100000",
    "cpu.cfs_quota_us": "-1",
    "podl/cpu.shares": "1024",
    "podl/cpu.cfs_period_us": "100000",
    "podl/cpu.cfs_quota_us": "300000",
  });
  assert.equal(files.files.get("/cg/pids/navarch/kubepods/burstable/podl/pids.max"), "100");
  assert.equal(files.made.has("/cg/freezer/navarch/kubepods/burstable/podl"), true);
});

test("a version 2 machine hands controllers down and has the same values in its own files", async () => {
  const files = new MemoryTree(2);
  const cgroups = new MachineCgroups(env, { files }, {});
  await cgroups.start({ allocatable: { cpu: "2", memory: "1Gi" }, known: new Set() }, signal);
  await cgroups.ensure(burstable, "exactly", signal);
  await cgroups.ensure(limited, "exactly", signal);
  assert.deepEqual(files.handedDown, [
    "/cg",
    "/cg/navarch",
    "/cg/navarch/kubepods",
    "/cg/navarch/kubepods/burstable",
  ]);
  const { "cgroup.subtree_control": _, ...own } = files.under("/cg/navarch/kubepods/burstable");
  assert.deepEqual(own, {
    "cpu.weight": "49",
    "cpu.max": "max 100000",
    "memory.max": "max",
    "pids.max": "max",
    "podb/cpu.weight": "10",
    "podb/cpu.max": "max 100000",
    "podb/memory.max": "max",
    "podb/pids.max": "max",
    "podl/cpu.weight": "39",
    "podl/cpu.max": "300000 100000",
    "podl/memory.max": String(64 * 2 ** 20),
    "podl/pids.max": "max",
  });
});

test("a removed pod leaves no directory in any tree, whoever still was in it; and its class weighs less", async () => {
  const files = new MemoryTree(1);
  const cgroups = new MachineCgroups(env, { files }, {});
  await cgroups.start({ allocatable: {}, known: new Set() }, signal);
  await cgroups.ensure(limited, "exactly", signal);
  await files.makeDirectory("/cg/cpu/navarch/kubepods/burstable/podl/abc");
  files.files.set("/cg/cpu/navarch/kubepods/burstable/podl/abc/cgroup.procs", "4711\n");
  await cgroups.remove("l", signal);
  assert.deepEqual(files.killed, [4711]);
  assert.deepEqual(
    [...files.made].filter((one) => one.includes("podl")),
    [],
  );
  assert.equal(files.files.get("/cg/cpu/navarch/kubepods/burstable/cpu.shares"), "2");
});

test("start() removes the cgroups of pods that nobody knows", async () => {
  const files = new MemoryTree(1);
  for (const uid of ["old", "known"])
    await files.makeDirectory(`/cg/cpu/navarch/kubepods/besteffort/pod${uid}`);
  const cgroups = new MachineCgroups(env, { files }, {});
  await cgroups.start({ allocatable: {}, known: new Set(["known"]) }, signal);
  assert.deepEqual(await files.directories("/cg/cpu/navarch/kubepods/besteffort"), ["podknown"]);
});

/** Trees as the kernel keeps them, below `/cg`. */
class MemoryTree implements CgroupFiles {
  readonly made = new Set<string>();
  readonly files = new Map<string, string>();
  readonly killed: number[] = [];
  readonly handedDown: string[] = [];
  readonly #version: 1 | 2;

  constructor(version: 1 | 2) {
    this.#version = version;
  }

  async trees(): Promise<CgroupTrees> {
    const names = ["cpu", "memory", "pids"];
    return this.#version === 1
      ? { version: 1, roots: new Map([...names, "freezer"].map((name) => [name, `/cg/${name}`])) }
      : { version: 2, roots: new Map(names.map((name) => [name, "/cg"])) };
  }

  async makeDirectory(path: string): Promise<void> {
    const parts = path.split("/");
    for (let size = 2; size <= parts.length; size += 1) this.made.add(parts.slice(0, size).join("/"));
  }

  async directories(path: string): Promise<readonly string[]> {
    const inner = [...this.made].filter((one) => one.startsWith(`${path}/`));
    return inner.map((one) => one.slice(path.length + 1)).filter((name) => !name.includes("/"));
  }

  async read(path: string): Promise<string> {
    if (path.endsWith("/cgroup.controllers")) return "cpu memory pids\n";
    return this.files.get(path) ?? "";
  }

  async write(path: string, text: string): Promise<void> {
    const directory = path.slice(0, path.lastIndexOf("/"));
    assert.equal(this.made.has(directory), true, path);
    if (!path.endsWith("/cgroup.subtree_control")) {
      this.files.set(path, text);
      return;
    }
    if (!this.handedDown.includes(directory)) this.handedDown.push(directory);
    this.files.set(path, `${this.files.get(path) ?? ""}${text.replace("+", "")} `);
  }

  async removeDirectory(path: string): Promise<void> {
    assert.deepEqual(await this.directories(path), []);
    if ((this.files.get(`${path}/cgroup.procs`) ?? "") !== "") throw new Error("EBUSY");
    this.made.delete(path);
    for (const file of this.files.keys()) if (file.startsWith(`${path}/`)) this.files.delete(file);
  }

  kill(pid: number): void {
    this.killed.push(pid);
    for (const [path, text] of this.files)
      if (path.endsWith("/cgroup.procs")) this.files.set(path, text.replace(`${pid}\n`, ""));
  }

  /** Files below a directory, by their paths from there. */
  under(directory: string): Readonly<Record<string, string>> {
    const found = [...this.files].filter(([path]) => path.startsWith(`${directory}/`));
    return Object.fromEntries(found.map(([path, text]) => [path.slice(directory.length + 1), text]));
  }
}
