/** Facts about the machine under us, from the kernel and the system's files. */
import { existsSync, globSync, readFileSync, statfsSync } from "node:fs";
import { arch, cpus, hostname, networkInterfaces, release, totalmem } from "node:os";
import type { MachineInfo } from "./machine.ts";
import type { DnsConfig } from "./runtime/config.ts";

const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** `storageDirectory`: on the file system that pods' storage comes from. */
export function readMachine(storageDirectory: string): MachineInfo {
  const disk = statfsSync(storageDirectory);
  const osRelease = textOf("/etc/os-release");
  return {
    hostname: hostname(),
    addresses: [nodeAddress()],
    cpuMillis: cpus().length * 1000,
    memoryBytes: totalmem(),
    ephemeralStorageBytes: disk.blocks * disk.bsize,
    machineId: textOf("/etc/machine-id"),
    systemUuid: textOf("/sys/class/dmi/id/product_uuid"),
    bootId: textOf("/proc/sys/kernel/random/boot_id"),
    kernelVersion: release(),
    osImage: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(osRelease)?.[1] ?? "Linux",
    operatingSystem: "linux",
    appArmor: textOf("/sys/module/apparmor/parameters/enabled") === "Y",
    containerCgroup: containerCgroup(),
    architecture: architectures[arch()] ?? arch(),
  };
}

/**
 * With version 2 of cgroups a container that runs out of memory ends as a whole, not by one of its programs
 * (`singleProcessOOMKill` is false), and none swaps (`swapBehavior` is NoSwap).
 */
function containerCgroup(): MachineInfo["containerCgroup"] {
  if (!existsSync("/sys/fs/cgroup/cgroup.controllers")) return {};
  const swaps = globSync("/sys/fs/cgroup/*/memory.swap.max").length > 0;
  return { "memory.oom.group": "1", ...(swaps ? { "memory.swap.max": "0" } : {}) };
}

const resolvedConf = "/run/systemd/resolve/resolv.conf";

/** The machine's own resolver, as pods inherit it. */
export function readNodeDns(): DnsConfig {
  const text = textOf("/etc/resolv.conf");
  // systemd's stub answers on the machine's loopback, where pods do not reach it; behind it are the true resolvers.
  const lines = (/^nameserver\s+127\.0\.0\.53\s*$/m.test(text) ? textOf(resolvedConf) || text : text)
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  const all = (keyword: string): string[] =>
    lines.filter(([first]) => first === keyword).flatMap(([, ...rest]) => rest);
  return { servers: all("nameserver"), searches: all("search"), options: all("options") };
}

/** What the system sets aside of its users and groups. */
export function readSubordinateIds(): readonly [subuid: string, subgid: string] {
  return [textOf("/etc/subuid"), textOf("/etc/subgid")];
}

/** Interfaces that lead to containers. */
const containerInterface = /^(?:veth|cni|docker|br-|virbr)/;

/**
 * The address of the interface with the default route, else the first that leads out; on a machine without any, one
 * that loopback has beside its own (the pod-side address), which pods can reach.
 */
function nodeAddress(): string {
  const route = textOf("/proc/net/route")
    .split("\n")
    .map((line) => line.split("\t"))
    .find((fields) => fields[1] === "00000000");
  const interfaces = networkInterfaces();
  const others = Object.entries(interfaces).filter(([name]) => !containerInterface.test(name));
  const all = others.flatMap(([, those]) => those ?? []);
  const candidates = [...(interfaces[route?.[0] ?? ""] ?? []), ...all].filter(
    ({ family }) => family === "IPv4",
  );
  const found =
    candidates.find((one) => !one.internal) ?? candidates.find(({ address }) => !address.startsWith("127."));
  return found?.address ?? "127.0.0.1";
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    // Not every machine has every file.
    return "";
  }
}
