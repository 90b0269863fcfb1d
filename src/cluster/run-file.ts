/**
 * `<data>/run.json` says which process runs a cluster, so that `down`, `status` and a second `up` find it. Written
 * atomically; a file whose process is gone (a crash, a reboot) counts as absent. When the cluster is stopped, the file
 * tells where its context is, for `down --purge`.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "#base";
import { ClusterError } from "./errors.ts";

/** The content of the file. */
export interface RunInfo {
  readonly pid: number;
  /** The kernel's start time of the process (clock ticks since boot), so that a reused pid is not mistaken. */
  readonly processStart: string;
  readonly state: "starting" | "ready";
  readonly url: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** The kubeconfig file that holds the cluster's context. */
  readonly kubeconfig: string;
}

/** The running process of the data directory; undefined when there is none. Throws `no-permission`. */
export function readRunInfo(dataDir: string): RunInfo | undefined {
  const info = readLast(dataDir);
  return info?.pid !== undefined && info.processStart === processStartOf(info.pid)
    ? (info as RunInfo)
    : undefined;
}

/** Where the context of the cluster that ran last is: what remains of the file when nobody runs. */
export function lastKubeconfig(dataDir: string): string | undefined {
  return readLast(dataDir)?.kubeconfig;
}

function readLast(dataDir: string): Partial<RunInfo> | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(dataDir), "utf8")) as Partial<RunInfo>;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EACCES") {
      const message = `Cannot look into the data directory "${dataDir}"`;
      throw new ClusterError("no-permission", message, "Name another with --data DIR, or run as its owner.", {
        cause,
      });
    }
    return undefined; // absent, or cut off by a crash before the rename: nobody runs
  }
}

/** Claims the data directory for this process. Throws `already-running` when another live process has it. */
export function claim(dataDir: string, name: string): void {
  try {
    makeFolder(dataDir, 0o700);
  } catch (cause) {
    const message = `Cannot make the data directory "${dataDir}"`;
    throw new ClusterError("no-permission", message, "Choose another with --data DIR, or run as its owner.", {
      cause,
    });
  }
  const other = readRunInfo(dataDir);
  if (other === undefined || other.pid === process.pid) return;
  throw new ClusterError(
    "already-running",
    `Cluster "${name}" runs already: process ${other.pid} at ${other.url} uses "${dataDir}"`,
    `Stop it with "navarch down --data ${dataDir}", or start another with --name OTHER.`,
  );
}

/** Says that this process runs the cluster. Throws `no-permission` where nothing can be written. */
export function writeRunInfo(dataDir: string, info: Omit<RunInfo, "pid" | "processStart">): void {
  write(dataDir, { pid: process.pid, processStart: processStartOf(process.pid) ?? "", ...info });
}

/** Says that nobody does. Throws `no-permission`. */
export function removeRunInfo(dataDir: string): void {
  const kubeconfig = lastKubeconfig(dataDir);
  if (kubeconfig !== undefined) write(dataDir, { kubeconfig });
}

function write(dataDir: string, content: Partial<RunInfo>): void {
  const draft = `${fileOf(dataDir)}.${process.pid}`;
  try {
    writeFileSync(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(draft, fileOf(dataDir));
  } catch (cause) {
    rmSync(draft, { force: true });
    const message = `Cannot write in the data directory "${dataDir}"`;
    const remedy = "See to its disk, choose another with --data DIR, or run as its owner.";
    throw new ClusterError("no-permission", message, remedy, { cause });
  }
}

function fileOf(dataDir: string): string {
  return join(dataDir, "run.json");
}

/** Field 22 of `/proc/PID/stat`; where there is no /proc, the pid stands for itself while it lives. */
function processStartOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    try {
      process.kill(pid, 0);
      return process.platform === "linux" ? undefined : String(pid);
    } catch {
      return undefined; // no such process
    }
  }
}
