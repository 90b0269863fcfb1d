/** Why a cluster or an API server did not start, in words that say what to do; other failures stay what they are. */
import { parseIp } from "#api";
import { messageOf } from "#base";
import { PkiError } from "#base/pki";
import { StoreError } from "#store";
import type { ListenAddress } from "./cluster-options.ts";
import { ClusterError } from "./errors.ts";

/** A `ClusterError` where the user can mend it, else `error`. */
export function startFailure(error: unknown, listen: ListenAddress, dataDir: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (error instanceof StoreError) return storeFailure(error, dataDir);
  if (error instanceof PkiError) {
    const remedy = `Restore the files of ${dataDir}/pki. Without them it makes new ones, which clients have to learn of.`;
    return new ClusterError("start-failed", messageOf(error), remedy, { cause: error });
  }
  if (code === "unavailable") {
    const remedy = "See what the container runtime has to say, or use --node virtual.";
    return new ClusterError("no-real-node", messageOf(error), remedy, { cause: error });
  }
  return listenFailure(error, code, listen) ?? error;
}

/** What the system says to who wants to listen where it cannot, or on a name that it does not know. */
const cannotListen = /^(EACCES|EPERM|EADDRNOTAVAIL|ENOTFOUND|EAI_\w+)$/;

function listenFailure(
  error: unknown,
  code: string,
  { host, port }: ListenAddress,
): ClusterError | undefined {
  // One server listens at several addresses.
  const { address = host } = error as { readonly address?: string };
  const message = `Cannot listen on ${address}:${port}`;
  const option =
    address === host || parseIp(host) === undefined ? "listen ADDR:PORT" : "advertise-address ADDR";
  if (code === "EADDRINUSE") {
    const remedy = `Stop it, or choose another address with --${option} (port 0: any).`;
    return new ClusterError("address-in-use", `${message}: another program does`, remedy);
  }
  if (!cannotListen.test(code)) return undefined;
  const remedy = `Choose another address with --${option}.`;
  return new ClusterError("bad-option", `${message}: ${messageOf(error)}`, remedy);
}

function storeFailure(error: StoreError, dataDir: string): ClusterError {
  const remedy =
    error.code === "corrupt"
      ? `Restore a copy of it, or throw the state away with: navarch down --purge --data ${dataDir}`
      : `See to the disk of ${dataDir} and start again: everything that was acknowledged is there.`;
  return new ClusterError("store-failed", messageOf(error), remedy, { cause: error });
}
