/** Finds the programs that a real node needs, or says what is missing. */
import { accessSync, constants } from "node:fs";
import { join } from "node:path";

/** Where things were found. */
export interface BasicTools {
  /** PATH for whatever a node starts. */
  readonly searchPath: string;
}

/** The same with what a containerd of our own needs. */
export interface NodeTools extends BasicTools {
  /** The directory of the CNI plug-ins. */
  readonly cniPrograms: string;
  /** Programs that run containers by names that a RuntimeClass may give: `runc`, and `crun` where it is. */
  readonly handlers: ReadonlyMap<string, string>;
}

const folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
const networkPrograms = ["nft", "ip"];
const basicPrograms = ["mount", "umount", ...networkPrograms];
const programs = ["containerd", "containerd-shim-runc-v2", "ctr", "runc", ...basicPrograms];
const cniFolders = ["/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"];
const cniPlugins = ["ptp", "host-local", "portmap", "loopback"];

/** A text is the reason why there can be no real node (`needs runc on PATH`). */
export function findTools(): NodeTools | string {
  const found = findPrograms(programs);
  if (typeof found === "string") return found;
  const cniPrograms = cniFolders.find((folder) => cniPlugins.every((name) => isProgram(join(folder, name))));
  if (cniPrograms === undefined) return `needs the CNI plug-ins ${cniPlugins.join(", ")} in ${cniFolders[0]}`;
  const handlers = ["runc", "crun"].flatMap((name) => {
    const folder = folders.find((one) => isProgram(join(one, name)));
    return folder === undefined ? [] : [[name, join(folder, name)] as const];
  });
  return { ...found, cniPrograms, handlers: new Map(handlers) };
}

/** The same over a runtime that is there already. */
export function findBasicTools(): BasicTools | string {
  return findPrograms(basicPrograms);
}

/** The same for a node's network alone. */
export function findNetworkTools(): BasicTools | string {
  return findPrograms(networkPrograms);
}

function findPrograms(names: readonly string[]): BasicTools | string {
  const missing = names.filter((name) => !folders.some((folder) => isProgram(join(folder, name))));
  return missing.length > 0 ? `needs ${missing.join(", ")} on PATH` : { searchPath: folders.join(":") };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
