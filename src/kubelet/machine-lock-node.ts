/**
 * Who runs the machine's node: pod addresses, host ports and `/var/lib/kubelet` are the machine's, so there
 * can be one at a time. The lock is the file's content, a process; a dead one holds nothing.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { CodedError } from "#base";

/** `busy`: another process runs the machine's node. */
class MachineLockError extends CodedError<"busy"> {}

const lockFile = "/run/navarch/node.pid";

/** The process that runs the machine's node now, if there is one and it is not us. */
export function machineOwner(): number | undefined {
  try {
    const [pid, started] = readFileSync(lockFile, "utf8").split(" ");
    const alive = startOf(Number(pid)) === started && Number(pid) !== process.pid;
    return alive ? Number(pid) : undefined;
  } catch {
    // No file: nobody.
    return undefined;
  }
}

/** Takes the machine; dispose to let go. Throws `busy`. */
export function lockMachine(): Disposable {
  const owner = machineOwner();
  if (owner !== undefined)
    throw new MachineLockError("busy", `Cannot run this machine's node: process ${owner} does`);
  mkdirSync(dirname(lockFile), { recursive: true });
  rmSync(lockFile, { force: true });
  // Of two that come at once, one fails here.
  writeFileSync(lockFile, `${process.pid} ${startOf(process.pid)}`, { flag: "wx" });
  return { [Symbol.dispose]: () => rmSync(lockFile, { force: true }) };
}

/** When a process began, in the kernel's ticks: tells it from a later one with its number. */
function startOf(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}
