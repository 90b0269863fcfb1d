/**
 * `navarch node add` and `remove`: what a machine needs to join a cluster, and its leaving. The cluster's authority signs
 * the credentials, so this runs where its data is. A certificate cannot be taken back: it is good for a year.
 */
import { readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { isStatus, nodes } from "#api";
import { createRealEnv } from "#base/real";
import { changeKubeconfig, createClient, credentialsOf, HttpsTransport, loadKubeconfigs } from "#client";
import { checkNodeName } from "./cluster-options.ts";
import { clientCertificate, withCluster } from "./credentials.ts";
import { ClusterError } from "./errors.ts";
import { type Identity, kubeletIdentity, proxyIdentity } from "./identities.ts";
import { type RunInfo, readRunInfo } from "./run-file.ts";
import { dataDirOf } from "./user-paths.ts";

/** Which node of which cluster. */
export interface NodeTarget {
  /** Of the cluster. */
  readonly name: string;
  readonly dataDir: string | undefined;
  readonly node: string;
}

/** Writes `kubelet-NODE.conf` and `proxy.conf` into the data directory; resolves with their paths. */
export async function addNode(
  target: NodeTarget,
): Promise<{ readonly kubelet: string; readonly proxy: string }> {
  const { dataDir, info } = running(target);
  const { hostname } = new URL(info.url);
  if (/^(?:127\.|localhost$|\[::1\]$)/.test(hostname)) {
    const message = `Cannot add node "${target.node}": the API is served at ${info.url} only`;
    const remedy = "Start the cluster with --listen ADDRESS:6443, an address that the other machine reaches.";
    throw new ClusterError("bad-option", message, remedy);
  }
  await using env = createRealEnv({ name: "node", logLevel: "warn" });
  const [certificatePem, privateKeyPem] = ["ca.crt", "ca.key"].map((file) =>
    read(join(dataDir, "pki", file)),
  );
  const ca = { certificatePem: certificatePem ?? "", privateKeyPem: privateKeyPem ?? "" };
  const where = { name: target.name, url: info.url, caPem: ca.certificatePem };
  const write = async (file: string, identity: Identity): Promise<string> => {
    const path = join(dataDir, file);
    const credentials = clientCertificate(env, { ca }, identity);
    await changeKubeconfig(path, (before) => withCluster(before, where, credentials));
    return path;
  };
  return {
    kubelet: await write(`kubelet-${target.node}.conf`, kubeletIdentity(target.node)),
    proxy: await write("proxy.conf", proxyIdentity),
  };
}

/** Deletes the Node, so that its pods move, and its kubeconfig here. Resolves with whether there was such a node. */
export async function removeNode(target: NodeTarget, signal: AbortSignal): Promise<boolean> {
  const { dataDir, info } = running(target);
  rmSync(join(dataDir, `kubelet-${target.node}.conf`), { force: true });
  const config = await loadKubeconfigs([info.kubeconfig]);
  await using transport = new HttpsTransport(await credentialsOf(config, target.name));
  const client = createClient(transport, { fieldManager: "navarch" });
  try {
    await client.of(nodes).delete({ name: target.node }, signal);
    return true;
  } catch (error) {
    if (isStatus(error, "NotFound")) return false;
    throw error;
  }
}

function running({ name, dataDir: given, node }: NodeTarget): {
  readonly dataDir: string;
  readonly info: RunInfo;
} {
  checkNodeName(node);
  const dataDir = resolve(dataDirOf(name, given));
  const info = readRunInfo(dataDir);
  if (info !== undefined) return { dataDir, info };
  const message = `Cannot reach the cluster "${name}": it does not run, or its data is not in ${dataDir}`;
  throw new ClusterError(
    "not-running",
    message,
    "Start it with navarch up, or name it with --name or --data.",
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const message = `Cannot read "${file}", which signs the credentials of nodes`;
    throw new ClusterError("no-permission", message, "Run this as the user who runs the cluster.", { cause });
  }
}
