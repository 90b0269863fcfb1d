/**
 * Whether our root directory is the root of our mounts. In a chroot it is not, and there what joins a container's mounts
 * (exec, probes by exec) finds itself at the machine's root instead of the container's: no container runs there.
 */
import { stat } from "node:fs/promises";
import { type Processes, runToEnd } from "#base";
import { ContainerdError } from "./errors.ts";

/** Rejects with `failed` in a chroot. Where there is no `nsenter`, nobody can tell. */
export async function refuseChroot(
  processes: Processes,
  { searchPath }: { readonly searchPath: string },
  signal: AbortSignal,
): Promise<void> {
  // Who joins mounts, even the own ones, is at their root.
  const look = ["--mount=/proc/self/ns/mnt", "stat", "--format=%d:%i", "/"];
  const command = { program: "nsenter", arguments: look, environment: { PATH: searchPath } };
  const seen = await runToEnd(processes, command, { maxOutputBytes: 100 }, signal).catch(() => undefined);
  const { dev, ino } = await stat("/");
  const root = Buffer.from(seen?.output ?? [])
    .toString("utf8")
    .trim();
  if (!/^\d+:\d+$/.test(root) || root === `${dev}:${ino}`) return;
  const why = "commands in containers would run at the machine's root";
  throw new ContainerdError(
    "failed",
    `Cannot run containers in a chroot: ${why}; make it a root by pivot_root`,
  );
}
