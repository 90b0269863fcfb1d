/** Where a user's files are: the state of a cluster by its name, and the kubeconfig. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { messageOf } from "#base";
import { ClusterError } from "./errors.ts";

const noData = "Name one, or leave --data out.";

/** The data directory of a cluster, given or by its name. Throws `bad-option`. */
export function dataDirOf(name: string, given: string | undefined): string {
  // An unset variable in a script: the directory that one happens to be in is nobody's data.
  if (given === "") throw new ClusterError("bad-option", 'Cannot use --data "": it is no directory', noData);
  return resolve(given ?? defaultDataDir(name, process.env, process.getuid?.() === 0));
}

/** The file that kubectl would write to. */
export function kubeconfigPath(given: string | undefined): string {
  const first = process.env["KUBECONFIG"]?.split(":").find((path) => path !== "");
  return resolve(given ?? first ?? join(homedir(), ".kube", "config"));
}

/** For a file that kubectl would write to, and cannot. */
export function badKubeconfig(cause: unknown): never {
  throw new ClusterError("bad-option", messageOf(cause), "Or name another with --kubeconfig FILE.", {
    cause,
  });
}

/** Where the state of a cluster lives: `/var/lib/navarch` for root, else the XDG data directory; other names beside it. */
function defaultDataDir(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
  isRoot: boolean,
): string {
  const home = env["XDG_DATA_HOME"] ?? join(env["HOME"] ?? "/", ".local/share");
  const base = isRoot && env["XDG_DATA_HOME"] === undefined ? "/var/lib" : home;
  return join(base, name === "navarch" ? "navarch" : `navarch-${name}`);
}
