/** Images of the machine's node: loaded from archives and listed, through the container runtime of a cluster. */
import { resolve } from "node:path";
import { createRealEnv, SystemProcesses } from "#base/real";
import { ContainerdError, findBasicTools, type Image, NodeImages } from "#kubelet";
import { checkClusterName } from "./cluster-options.ts";
import { ClusterError } from "./errors.ts";
import { runtimeSocket } from "./node-choice.ts";
import { dataDirOf } from "./user-paths.ts";

interface Target {
  readonly name: string;
  readonly dataDir: string | undefined;
}

/** Loads the images of a docker or OCI archive; resolves with their names. */
export async function loadNodeImages(
  target: Target & { readonly file: string },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const socket = socketOf(target);
  const tools = findBasicTools();
  if (typeof tools === "string")
    throw new ClusterError("no-real-node", `Cannot load images: it ${tools}`, "Install what is missing.");
  const file = resolve(target.file);
  await using env = createRealEnv({ name: "image", logLevel: "warn" });
  using images = new NodeImages(socket);
  try {
    return await images.load(env, new SystemProcesses(), { file, searchPath: tools.searchPath }, signal);
  } catch (error) {
    if (!(error instanceof ContainerdError)) throw error;
    const remedy = `Give an archive of "docker save" or in OCI layout.`;
    throw new ClusterError("bad-option", error.message, remedy, { cause: error });
  }
}

/** An image of the machine's node. */
export type NodeImage = Image;

/** The images on the node. */
export async function listNodeImages(target: Target, signal: AbortSignal): Promise<readonly NodeImage[]> {
  using images = new NodeImages(socketOf(target));
  return await images.list(signal);
}

function socketOf(target: Target): string {
  const name = checkClusterName(target.name);
  const socket = runtimeSocket(dataDirOf(name, target.dataDir));
  if (socket !== undefined) return socket;
  throw new ClusterError(
    "not-running",
    `Cluster "${name}" runs no containers on this machine`,
    `Start it with "navarch up --node real".`,
  );
}
