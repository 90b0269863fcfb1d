/** Finds the programs that a real node needs, or says what is missing. */
import { accessSync, constants } from "node:fs";
import { join } from "node:path";

/** Where things were found. */
export interface NodeTools {
  /** PATH for whatever a node starts. */
  readonly searchPath: string;
  /** The directory of the CNI plug-ins. */
  readonly cniPrograms: string;
  /** Programs that run containers by names that a RuntimeClass may give: `runc`, and `crun` where it is. */
  readonly handlers: ReadonlyMap<string, string>;
}

const folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
const programs = ["containerd", "containerd-shim-runc-v2", "ctr", "runc", "mount", "umount", "nft"];
const cniFolders = ["/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"];
const cniPlugins = ["ptp", "host-local", "portmap", "loopback"];

/** A text is the reason why there can be no real node (`needs runc on PATH`). */
export function findTools(): NodeTools | string {
  const missing = programs.filter((name) => !folders.some((folder) => isProgram(join(folder, name))));
  if (missing.length > 0) return `needs ${missing.join(", ")} on PATH`;
  const cniPrograms = cniFolders.find((folder) => cniPlugins.every((name) => isProgram(join(folder, name))));
  if (cniPrograms === undefined) return `needs the CNI plug-ins ${cniPlugins.join(", ")} in ${cniFolders[0]}`;
  const handlers = ["runc", "crun"].flatMap((name) => {
    const folder = folders.find((one) => isProgram(join(one, name)));
    return folder === undefined ? [] : [[name, join(folder, name)] as const];
  });
  return { searchPath: folders.join(":"), cniPrograms, handlers: new Map(handlers) };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
