/** Why a cluster or an API server did not start, in words that say what to do; other failures stay what they are. */
import { messageOf } from "#base";
import { PkiError } from "#base/pki";
import { StoreError } from "#store";
import type { ListenAddress } from "./cluster-options.ts";
import { ClusterError } from "./errors.ts";

/** A `ClusterError` where the user can mend it, else `error`. */
export function startFailure(error: unknown, { host, port }: ListenAddress, dataDir: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (error instanceof StoreError) return storeFailure(error, dataDir);
  if (error instanceof PkiError) {
    const remedy = `Restore the files of ${dataDir}/pki. Without them it makes new ones, which clients have to learn of.`;
    return new ClusterError("start-failed", messageOf(error), remedy, { cause: error });
  }
  if (code === "unavailable") {
    const remedy = "See what the container runtime has to say, or use --node virtual.";
    return new ClusterError("no-real-node", messageOf(error), remedy, { cause: error });
  }
  if (code === "EADDRINUSE") {
    const message = `Cannot listen on ${host}:${port}: another program does`;
    const remedy = "Stop it, or choose another address with --listen ADDR:PORT (port 0: any).";
    return new ClusterError("address-in-use", message, remedy);
  }
  if (code === "EACCES" || code === "EPERM" || code === "EADDRNOTAVAIL") {
    const message = `Cannot listen on ${host}:${port}: ${messageOf(error)}`;
    return new ClusterError("bad-option", message, "Choose another address with --listen ADDR:PORT.");
  }
  return error;
}

function storeFailure(error: StoreError, dataDir: string): ClusterError {
  const remedy =
    error.code === "corrupt"
      ? `Restore a copy of it, or throw the state away with: navarch down --purge --data ${dataDir}`
      : `See to the disk of ${dataDir} and start again: everything that was acknowledged is there.`;
  return new ClusterError("store-failed", messageOf(error), remedy, { cause: error });
}
