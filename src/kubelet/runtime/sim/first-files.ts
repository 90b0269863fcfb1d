/** The files that a simulated container begins with. Mounts are copies: what changes on the machine later is not seen. */
import type { ContainerConfig } from "../config.ts";

/** The map of who takes the node's users as they are. */
const nodeUsers = ownBytes(`0 0 ${2 ** 32 - 1}\n`);

/** By path; `hostFiles` are the machine's. */
export function firstFiles(
  { security, mounts }: ContainerConfig,
  hostname: string,
  hostFiles: ReadonlyMap<string, Uint8Array>,
): Map<string, Uint8Array> {
  const { users } = security.namespaces;
  const map = users === undefined ? nodeUsers : ownBytes(`0 ${users.first} ${users.count}\n`);
  const files = new Map<string, Uint8Array>([
    ["/etc/hostname", ownBytes(`${hostname}\n`)],
    ["/proc/self/uid_map", map],
  ]);
  for (const { hostPath, containerPath } of mounts) {
    const file = hostFiles.get(hostPath);
    if (file !== undefined) files.set(containerPath, file);
  }
  return files;
}

/** A piece of Node's pool would keep its 64 KiB, for each of thousands of containers. */
export function ownBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}
