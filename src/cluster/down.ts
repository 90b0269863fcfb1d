/** `navarch down` and `navarch status`: finding a running cluster by its data directory. */
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "#base";
import { changeKubeconfig, credentialsOf, HttpsTransport, loadKubeconfigs, withoutContext } from "#client";
import { checkClusterName } from "./cluster-options.ts";
import { ClusterError } from "./errors.ts";
import { leftSource } from "./node-choice.ts";
import { lastKubeconfig, readRunInfo, removeRunInfo } from "./run-file.ts";
import { dataDirOf, kubeconfigPath } from "./user-paths.ts";

interface Target {
  readonly name: string;
  readonly dataDir: string | undefined;
}

/** After this long a stopping cluster is ended, and what it leaves stopped from here: pods have 30 s, unless they say so. */
const graceMs = 45_000;

/** A process that was killed tells nobody: how often it is looked whether it is there. */
const lookMs = 200;

/** Stops the cluster if it runs, and with `purge` removes its state. Resolves with what was done. */
export async function down(target: Target & { readonly purge: boolean }): Promise<string> {
  const name = checkClusterName(target.name);
  const dataDir = dataDirOf(name, target.dataDir);
  const info = readRunInfo(dataDir);
  const kubeconfig = lastKubeconfig(dataDir) ?? kubeconfigPath(undefined);
  const isThere = existsSync(dataDir);
  if (info !== undefined) await stop(dataDir, info.pid);
  const left = leftSource(dataDir);
  if (left !== undefined) await (await import("./left-node.ts")).stopLeftNode(dataDir, left);
  removeRunInfo(dataDir);
  if (!target.purge) {
    return info === undefined && left === undefined
      ? `Cluster "${name}" was not running: nobody uses ${dataDir}.`
      : `Cluster "${name}" is stopped; its state is in ${dataDir}.`;
  }
  if (isThere && !isOurs(dataDir)) {
    const message = `Cannot purge "${dataDir}": it holds no cluster of Navarch`;
    throw new ClusterError("bad-option", message, "Check --data; nothing was removed.");
  }
  removeAll(dataDir);
  await forget(name, kubeconfig);
  return isThere
    ? `Cluster "${name}" is gone, and so is its state in ${dataDir}.`
    : `Cluster "${name}" was not there: nothing is in ${dataDir}.`;
}

/** Takes the cluster's context out of the file, where there is one. */
async function forget(name: string, kubeconfig: string): Promise<void> {
  if (!existsSync(kubeconfig)) return;
  await changeKubeconfig(kubeconfig, (config) => withoutContext(config, name)).catch((cause: unknown) => {
    const message = `Cluster "${name}" is gone with its state, but its context is left`;
    const remedy = `Mend that, then: kubectl --kubeconfig ${kubeconfig} config delete-context ${name}`;
    throw new ClusterError("bad-option", message, remedy, { cause });
  });
}

/** What `navarch status -o json` prints. */
export interface ClusterStatus {
  readonly name: string;
  readonly state: "ready" | "starting" | "not ready" | "stopped";
  readonly url?: string;
  readonly pid?: number;
  readonly startedAt?: string;
  readonly dataDir: string;
  readonly nodes?: number;
  readonly pods?: number;
  readonly reason?: string;
}

/** Asks the running process, if there is one, through its API. */
export async function clusterStatus(target: Target): Promise<ClusterStatus> {
  const name = checkClusterName(target.name);
  const dataDir = dataDirOf(name, target.dataDir);
  const info = readRunInfo(dataDir);
  if (info === undefined) return { name, state: "stopped", dataDir };
  const { url, pid, startedAt, kubeconfig } = info;
  const known = { name, url, pid, startedAt, dataDir };
  if (info.state === "starting") return { ...known, state: "starting" };
  const signal = AbortSignal.timeout(5_000);
  try {
    await using transport = new HttpsTransport(
      await credentialsOf(await loadKubeconfigs([kubeconfig]), name),
    );
    const ready = await transport.request({ method: "GET", path: "/readyz" }, signal);
    const count = async (path: string): Promise<number> => {
      const { body } = await transport.request({ method: "GET", path: `${path}?limit=1` }, signal);
      const list = body as {
        readonly metadata: { readonly remainingItemCount?: number };
        readonly items: readonly unknown[];
      };
      return list.items.length + (list.metadata.remainingItemCount ?? 0);
    };
    const counts = { nodes: await count("/api/v1/nodes"), pods: await count("/api/v1/pods") };
    return { ...known, state: ready.status === 200 ? "ready" : "not ready", ...counts };
  } catch (error) {
    return { ...known, state: "not ready", reason: messageOf(error) };
  }
}

/** The directory too, unless that is where a file system is mounted. */
function removeAll(dataDir: string): void {
  if (!existsSync(dataDir)) return;
  for (const name of readdirSync(dataDir)) rmSync(join(dataDir, name), { recursive: true, force: true });
  try {
    rmdirSync(dataDir);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EBUSY")) throw error;
  }
}

function isOurs(dataDir: string): boolean {
  const files = readdirSync(dataDir);
  return (
    files.length === 0 ||
    files.some((name) => name.startsWith("state.db") || name === "navarch.log") ||
    existsSync(join(dataDir, "pki"))
  );
}

async function stop(dataDir: string, pid: number): Promise<void> {
  const gone = (): boolean => readRunInfo(dataDir)?.pid !== pid;
  signalTo(pid, "SIGTERM");
  for (const until = performance.now() + graceMs; !gone(); ) {
    if (performance.now() > until) return signalTo(pid, "SIGKILL");
    await sleep(lookMs);
  }
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ESRCH") return;
    const remedy = "Run this as the user who runs the cluster.";
    throw new ClusterError("no-permission", `Cannot stop process ${pid}`, remedy, { cause });
  }
}
