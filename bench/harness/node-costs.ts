/** What the processes of a node's machine have paid, told apart by what they are. The machine is ours alone. */
import { readdirSync, readFileSync } from "node:fs";

/** `containerd` with network plug-ins and starters of shims; `runc` with the shims; `pods`: what runs in containers. */
export type Role = "Navarch" | "containerd" | "runc" | "pods";

export interface NodeCosts {
  readonly cpuMs: Readonly<Record<Role, number>>;
  /** Of Navarch and its helpers. */
  readonly residentMb: number;
}

const [ticksPerSecond, page] = [100, 4_096];

/** `pid`: of Navarch. */
export function nodeCosts(pid: number): NodeCosts {
  const cpuMs = { Navarch: 0, containerd: 0, runc: 0, pods: 0 };
  let residentMb = 0;
  for (const name of readdirSync("/proc").filter((one) => /^\d+$/.test(one))) {
    const fields = statOf(name);
    const role = fields === undefined ? undefined : roleOf(name, Number(fields[1]), pid);
    if (fields === undefined || role === undefined) continue;
    // Its own, and that of children that have ended.
    const ticks = fields.slice(11, 15).reduce((sum, one) => sum + Number(one), 0);
    cpuMs[role] += (ticks * 1_000) / ticksPerSecond;
    if (role === "Navarch") residentMb += (Number(fields[21]) * page) / 1e6;
  }
  return { cpuMs, residentMb };
}

/** What was paid between two looks. */
export function paidBetween(before: NodeCosts, after: NodeCosts, role: Role): number {
  return after.cpuMs[role] - before.cpuMs[role];
}

function roleOf(name: string, parent: number, navarch: number): Role | undefined {
  const command = textOf(`/proc/${name}/cmdline`);
  if (command.includes("containerd-shim")) return "runc";
  if (command.includes("containerd")) return "containerd";
  if (Number(name) === navarch || parent === navarch) return "Navarch";
  return parent !== 0 && textOf(`/proc/${parent}/cmdline`).includes("containerd-shim") ? "pods" : undefined;
}

/** The fields of `/proc/PID/stat` after the command: state, parent, ... */
function statOf(name: string): readonly string[] | undefined {
  const text = textOf(`/proc/${name}/stat`);
  return text === "" ? undefined : text.replace(/^.*\) /s, "").split(" ");
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // it has ended
  }
}
