/**
 * Files that the kubelet keeps for a container: the directory of its log, and the file that the container
 * finds at its termination message path. All of a pod's are removed with its last sandbox.
 *
 *   <root>/pods/<uid>/containers/<name>/<attempt>   what the container leaves as its last words
 *   <logs>/pods/<namespace>_<pod>_<uid>/<name>/<attempt>.log
 *   <logs>/containers/<pod>_<namespace>_<name>-<id>.log -> the log, where collectors of logs look
 */
import { chmod, mkdir, open, readdir, readlink, rm, rmdir, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { maxTerminationMessageBytes } from "../../limits.ts";
import type { ContainerConfig, Mount, PodSandboxConfig } from "../config.ts";
import {
  containerNameLabel,
  podNameLabel,
  podNamespaceLabel,
  terminationMessagePathAnnotation,
} from "../labels.ts";
import type { ContainerStatus, Sandbox } from "../runtime.ts";
import { logTail } from "./limits.ts";

export class ContainerFiles {
  readonly #root: string;
  readonly #logs: string;

  constructor(options: { readonly rootDirectory: string; readonly podLogsDirectory: string }) {
    this.#root = options.rootDirectory;
    this.#logs = options.podLogsDirectory;
  }

  async prepareSandbox({ logDirectory }: PodSandboxConfig): Promise<void> {
    await mkdir(logDirectory, { recursive: true, mode: 0o755 });
  }

  /** Resolves with the mounts that the container needs beside its own. */
  async prepareContainer(config: ContainerConfig, sandbox: PodSandboxConfig): Promise<readonly Mount[]> {
    await mkdir(dirname(join(sandbox.logDirectory, config.logPath)), { recursive: true, mode: 0o755 });
    const containerPath = config.annotations[terminationMessagePathAnnotation] ?? "";
    if (containerPath === "") return [];
    const folder = join(this.#pod(sandbox.uid), "containers", config.name);
    await mkdir(folder, { recursive: true, mode: 0o750 });
    const hostPath = join(folder, String(config.attempt));
    await writeFile(hostPath, "");
    // Whatever user the container runs as must be able to write it, whatever the umask was.
    await chmod(hostPath, 0o666);
    const kind = { readonly: false, recursiveReadOnly: false, selinuxRelabel: false } as const;
    return [{ containerPath, hostPath, propagation: "PRIVATE", ...kind }];
  }

  /** Links a container's log where upstream has it, for those who collect logs. */
  async linkLog(id: string, config: ContainerConfig, sandbox: PodSandboxConfig): Promise<void> {
    const link = this.#link(id, { ...sandbox, container: config.name });
    await mkdir(dirname(link), { recursive: true, mode: 0o755 });
    await rm(link, { force: true });
    await symlink(join(sandbox.logDirectory, config.logPath), link);
  }

  /** Removes the logs of an instance, rotated ones too, and the link to them. */
  async forgetLog({
    id,
    logPath,
    labels,
  }: Pick<ContainerStatus, "id" | "logPath" | "labels">): Promise<void> {
    const names = await readdir(dirname(logPath)).catch(() => []); // The whole directory may be gone.
    const own = names.filter(
      (name) => name === basename(logPath) || name.startsWith(`${basename(logPath)}.`),
    );
    for (const name of own) await rm(join(dirname(logPath), name), { force: true });
    const pod = { name: labels[podNameLabel] ?? "", namespace: labels[podNamespaceLabel] ?? "" };
    await rm(this.#link(id, { ...pod, container: labels[containerNameLabel] ?? "" }), { force: true });
  }

  /** What was left in a termination message file; empty when there is none. */
  async lastWords(hostPath: string): Promise<string> {
    return readEnd(hostPath, maxTerminationMessageBytes);
  }

  /** The last lines of a log, without the marks of its format. */
  async endOfLog(path: string): Promise<string> {
    // The marks take room too: 50 bytes of each line.
    const text = await readEnd(path, logTail.bytes + logTail.lines * 50);
    const lines = text.split("\n").slice(0, -1);
    const said = lines.slice(-logTail.lines).map(contentOf).join("");
    return said.slice(-logTail.bytes);
  }

  /** Removes everything of a pod: its containers' last words and their logs. */
  async forget({ uid, namespace, name }: Pick<Sandbox, "uid" | "namespace" | "name">): Promise<void> {
    const links = await readdir(this.#links).catch(() => []); // None was ever made.
    const own = await Promise.all(
      links
        .filter((link) => link.startsWith(`${name}_${namespace}_`))
        .map(async (link) => [link, await readlink(join(this.#links, link)).catch(() => "")] as const),
    );
    for (const [link, target] of own) {
      if (target.includes(`_${uid}/`)) await rm(join(this.#links, link), { force: true });
    }
    await rm(join(this.#pod(uid), "containers"), { recursive: true, force: true });
    // What volumes left in it is theirs to remove.
    await rmdir(this.#pod(uid)).catch(() => undefined);
    await rm(join(this.#logs, `${namespace}_${name}_${uid}`), { recursive: true, force: true });
  }

  get #links(): string {
    return join(dirname(this.#logs), "containers");
  }

  #link(
    id: string,
    of: { readonly name: string; readonly namespace: string; readonly container: string },
  ): string {
    return join(this.#links, `${of.name}_${of.namespace}_${of.container}-${id}.log`);
  }

  #pod(uid: string): string {
    return join(this.#root, "pods", uid);
  }
}

/** A line of a CRI log, `2016-10-06T00:17:09.669794202Z stdout F words`; `P` marks a line that goes on. */
function contentOf(line: string): string {
  const match = /^\S+ (?:stdout|stderr) ([FP])\S* (.*)$/s.exec(line);
  if (match === null) return "";
  return match[1] === "P" ? (match[2] ?? "") : `${match[2]}\n`;
}

async function readEnd(path: string, maxBytes: number): Promise<string> {
  try {
    await using file = await open(path, "r");
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.min(size, maxBytes));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, Math.max(0, size - maxBytes));
    return bytes.subarray(0, bytesRead).toString("utf8");
  } catch (error) {
    // Somebody removed it, or the container never had one.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
