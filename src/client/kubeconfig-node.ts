/**
 * kubeconfig files on this machine: the search order of kubectl (an explicit file, else the KUBECONFIG list, else
 * ~/.kube/config), paths inside a file relative to that file, and writes that are atomic and keep the owner: a reader
 * sees the old file or the new one, and a program run by sudo leaves no file that its user cannot read.
 */
import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, chown, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { dump, loadAll } from "js-yaml";
import { makeFolder } from "#base";
import { ClientError } from "./errors.ts";
import {
  type ContextChoice,
  chooseContext,
  emptyKubeconfig,
  type Kubeconfig,
  mergeKubeconfigs,
  readKubeconfig,
  writeKubeconfig,
} from "./kubeconfig.ts";

/** Loads and merges; a file of a list may be absent, and all absent give an empty configuration. */
export async function loadKubeconfigs(paths: readonly string[]): Promise<Kubeconfig> {
  return mergeKubeconfigs(await Promise.all(paths.map(loadFile)));
}

/** Whose file it becomes when it is new; absent: the process's user. */
export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/** Changes one file by `change`, atomically; a lock file keeps two programs (kubectl among them) apart. */
export async function changeKubeconfig(
  path: string,
  change: (config: Kubeconfig) => Kubeconfig,
  owner?: FileOwner,
): Promise<void> {
  await makeFolderOf(path, owner).catch((cause: unknown) => {
    throw new ClientError("bad-kubeconfig", `Cannot write ${path}`, { cause });
  });
  const target = await realpath(path).catch(() => path);
  const lock = `${target}.lock`;
  const held = await open(lock, "wx", 0o600).catch((cause: unknown) => {
    const isThere = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    throw isThere
      ? lockedBySomebody(path, lock)
      : new ClientError("bad-kubeconfig", `Cannot write ${path}`, { cause });
  });
  try {
    await held.close();
    const changed = change(await loadFileAsWritten(target));
    await replaceFile(target, dump(writeKubeconfig(changed)), owner);
  } finally {
    await rm(lock, { force: true });
  }
}

/** Whether `changeKubeconfig` would work now: rejects with what is in its way, and changes nothing. */
export async function checkKubeconfig(path: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  await loadFileAsWritten(target);
  if (await stat(`${target}.lock`).catch(() => undefined)) throw lockedBySomebody(path, `${target}.lock`);
  await access(await nearestFolder(dirname(target)), constants.W_OK).catch((cause: unknown) => {
    throw new ClientError("bad-kubeconfig", `Cannot write ${path}`, { cause });
  });
}

/** The folder, or the first above it that exists. */
async function nearestFolder(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => undefined);
  return found !== undefined || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

function lockedBySomebody(path: string, lock: string): ClientError {
  const remedy = `if no other program is changing it, remove ${lock}`;
  return new ClientError("bad-kubeconfig", `Cannot change ${path}: it is locked; ${remedy}`);
}

/** Credentials of a context as PEM text, whether the file held them inline or named files. */
export interface Credentials {
  readonly server: string;
  readonly ca: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly token: string | undefined;
  readonly serverName: string | undefined;
  readonly insecure: boolean;
}

export async function credentialsOf(config: Kubeconfig, contextName?: string): Promise<Credentials> {
  return readCredentials(chooseContext(config, contextName));
}

async function readCredentials({ cluster, user }: ContextChoice): Promise<Credentials> {
  return {
    server: cluster.server,
    ca: await inlineOrFile(cluster["certificate-authority-data"], cluster["certificate-authority"]),
    certificate: await inlineOrFile(user["client-certificate-data"], user["client-certificate"]),
    key: await inlineOrFile(user["client-key-data"], user["client-key"]),
    token: user.token ?? (user.tokenFile ? (await readFile(user.tokenFile, "utf8")).trim() : undefined),
    serverName: cluster["tls-server-name"],
    insecure: cluster["insecure-skip-tls-verify"] === true,
  };
}

async function inlineOrFile(data: string | undefined, path: string | undefined): Promise<string | undefined> {
  if (data) return Buffer.from(data, "base64").toString("utf8");
  return path ? readFile(path, "utf8") : undefined;
}

const PATH_FIELDS = ["certificate-authority", "client-certificate", "client-key", "tokenFile"] as const;

async function loadFile(path: string): Promise<Kubeconfig> {
  const config = await loadFileAsWritten(path);
  const absolute = <T extends Readonly<Record<string, unknown>>>(entries: ReadonlyMap<string, T>) =>
    new Map([...entries].map(([name, entry]) => [name, withAbsolutePaths(entry, dirname(path))]));
  return { ...config, clusters: absolute(config.clusters), users: absolute(config.users) };
}

function withAbsolutePaths<T extends Readonly<Record<string, unknown>>>(entry: T, folder: string): T {
  const changed: Record<string, unknown> = { ...entry };
  for (const field of PATH_FIELDS) {
    const value = changed[field];
    if (typeof value === "string" && value !== "") changed[field] = resolve(folder, value);
  }
  return changed as T;
}

async function loadFileAsWritten(path: string): Promise<Kubeconfig> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new ClientError("bad-kubeconfig", `Cannot read ${path}`, { cause: error });
  });
  if (text === undefined) return emptyKubeconfig;
  try {
    const [first, ...others] = loadAll(text);
    if (others.length > 0)
      throw new ClientError("bad-kubeconfig", `Cannot use ${path}: it is many documents`);
    return readKubeconfig(first, path);
  } catch (cause) {
    if (cause instanceof ClientError) throw cause;
    throw new ClientError("bad-kubeconfig", `Cannot use ${path}: it is no YAML`, { cause });
  }
}

async function makeFolderOf(path: string, owner: FileOwner | undefined): Promise<void> {
  const folder = dirname(path);
  const made = makeFolder(folder, 0o750);
  if (made !== undefined && owner !== undefined) await chown(folder, owner.uid, owner.gid);
}

async function replaceFile(path: string, text: string, owner: FileOwner | undefined): Promise<void> {
  const before = await stat(path).catch(() => undefined);
  const temporary = `${path}.${randomUUID()}.tmp`;
  const file = await open(temporary, "wx", before === undefined ? 0o600 : before.mode & 0o777);
  try {
    await file.writeFile(text);
    await file.sync();
    await file.close();
    const keeper = before ?? owner;
    if (keeper !== undefined) await chown(temporary, keeper.uid, keeper.gid);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
