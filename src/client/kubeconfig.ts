/**
 * kubeconfig: reading, merging as kubectl does (per name and per field, the first file that says something wins), and
 * choosing what a context needs. Pure: files are read and written in `kubeconfig-node.ts`. Entries keep fields that this
 * code does not know, so that writing back loses nothing.
 */
import { ClientError } from "./errors.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface ClusterEntry extends Fields {
  readonly server?: string;
  readonly "certificate-authority"?: string;
  readonly "certificate-authority-data"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "tls-server-name"?: string;
}

export interface UserEntry extends Fields {
  readonly "client-certificate"?: string;
  readonly "client-certificate-data"?: string;
  readonly "client-key"?: string;
  readonly "client-key-data"?: string;
  readonly token?: string;
  readonly tokenFile?: string;
}

export interface ContextEntry extends Fields {
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
}

/** The named lists as maps, in file order. */
export interface Kubeconfig {
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
  readonly contexts: ReadonlyMap<string, ContextEntry>;
  readonly currentContext: string | undefined;
  /** Everything else at the top (`preferences`, `extensions`). */
  readonly rest: Fields;
}

export const emptyKubeconfig: Kubeconfig = {
  clusters: new Map(),
  users: new Map(),
  contexts: new Map(),
  currentContext: undefined,
  rest: {},
};

/** Reads the parsed YAML of one file, named in errors. An empty file is an empty configuration, another kind's is none. */
export function readKubeconfig(data: unknown, fileName: string): Kubeconfig {
  if (data === undefined || data === null) return emptyKubeconfig;
  if (typeof data !== "object" || Array.isArray(data)) throw bad(fileName, "it is not a mapping");
  const { clusters, users, contexts, "current-context": current, ...rest } = data as Fields;
  const [version, kind] = [rest["apiVersion"] || "v1", rest["kind"] || "Config"];
  if (version !== "v1" || kind !== "Config")
    throw bad(fileName, `it is a ${kind} of ${version}, no kubeconfig`);
  return {
    clusters: named(clusters, "cluster", fileName),
    users: named(users, "user", fileName),
    contexts: named(contexts, "context", fileName),
    currentContext: typeof current === "string" && current !== "" ? current : undefined,
    rest,
  };
}

/** The data to print as YAML, in the order that kubectl prints. */
export function writeKubeconfig(config: Kubeconfig): Fields {
  return {
    ...config.rest,
    apiVersion: "v1",
    kind: "Config",
    clusters: [...config.clusters].map(([name, cluster]) => ({ name, cluster })),
    contexts: [...config.contexts].map(([name, context]) => ({ name, context })),
    users: [...config.users].map(([name, user]) => ({ name, user })),
    "current-context": config.currentContext ?? "",
  };
}

/** Of several files, the first to set a value wins; entries of one name are merged by field. */
export function mergeKubeconfigs(configs: readonly Kubeconfig[]): Kubeconfig {
  return configs.reduce(
    (merged, next) => ({
      clusters: mergeEntries(merged.clusters, next.clusters),
      users: mergeEntries(merged.users, next.users),
      contexts: mergeEntries(merged.contexts, next.contexts),
      currentContext: merged.currentContext ?? next.currentContext,
      rest: { ...next.rest, ...merged.rest },
    }),
    emptyKubeconfig,
  );
}

/** One cluster with its user, as a program wants to add it to a file. */
export interface KubeconfigEntry {
  readonly name: string;
  readonly cluster: ClusterEntry;
  readonly userName: string;
  readonly user: UserEntry;
  readonly namespace?: string;
}

/**
 * `config` with the entry's cluster, user and context put in place, and the context made current. What people set in
 * the context (its namespace) stays.
 */
export function withEntry(config: Kubeconfig, entry: KubeconfigEntry): Kubeconfig {
  const context: ContextEntry = {
    ...config.contexts.get(entry.name),
    cluster: entry.name,
    user: entry.userName,
    ...(entry.namespace === undefined ? {} : { namespace: entry.namespace }),
  };
  return {
    ...config,
    clusters: new Map(config.clusters).set(entry.name, entry.cluster),
    users: new Map(config.users).set(entry.userName, entry.user),
    contexts: new Map(config.contexts).set(entry.name, context),
    currentContext: entry.name,
  };
}

/** `config` without the context and what it alone used; another context is never made current in its place. */
export function withoutContext(config: Kubeconfig, name: string): Kubeconfig {
  const gone = config.contexts.get(name);
  if (gone === undefined) return config;
  const contexts = new Map(config.contexts);
  contexts.delete(name);
  const others = [...contexts.values()];
  return {
    ...config,
    contexts,
    clusters: without(
      config.clusters,
      gone.cluster,
      others.some((other) => other.cluster === gone.cluster),
    ),
    users: without(
      config.users,
      gone.user,
      others.some((other) => other.user === gone.user),
    ),
    currentContext: config.currentContext === name ? undefined : config.currentContext,
  };
}

/** What a connection needs, from `contextName` or the current context. */
export interface ContextChoice {
  readonly contextName: string;
  readonly cluster: ClusterEntry & { readonly server: string };
  readonly user: UserEntry;
  readonly namespace: string;
}

export function chooseContext(config: Kubeconfig, contextName?: string): ContextChoice {
  const name = contextName ?? config.currentContext;
  if (name === undefined) throw bad("kubeconfig", "no context is current; name one with --context");
  const context = config.contexts.get(name);
  if (context === undefined) {
    const known = [...config.contexts.keys()].join(", ") || "none";
    throw bad("kubeconfig", `context "${name}" does not exist; there is: ${known}`);
  }
  const cluster = config.clusters.get(context.cluster ?? "");
  if (cluster?.server === undefined) throw bad("kubeconfig", `cluster "${context.cluster}" names no server`);
  return {
    contextName: name,
    cluster: { ...cluster, server: cluster.server },
    user: config.users.get(context.user ?? "") ?? {},
    namespace: context.namespace || "default",
  };
}

function named<T extends Fields>(list: unknown, field: string, fileName: string): ReadonlyMap<string, T> {
  if (list === undefined || list === null) return new Map();
  if (!Array.isArray(list)) throw bad(fileName, `${field}s is not a list`);
  const entries = new Map<string, T>();
  for (const item of list as readonly unknown[]) {
    const { name, [field]: value } = (item ?? {}) as Fields;
    if (typeof name !== "string") throw bad(fileName, `an entry of ${field}s has no name`);
    if (!entries.has(name)) entries.set(name, (value ?? {}) as T);
  }
  return entries;
}

function mergeEntries<T extends Fields>(
  first: ReadonlyMap<string, T>,
  second: ReadonlyMap<string, T>,
): ReadonlyMap<string, T> {
  const merged = new Map(first);
  for (const [name, entry] of second) merged.set(name, { ...entry, ...first.get(name) });
  return merged;
}

function without<T>(
  entries: ReadonlyMap<string, T>,
  name: string | undefined,
  keep: boolean,
): ReadonlyMap<string, T> {
  if (name === undefined || keep) return entries;
  const left = new Map(entries);
  left.delete(name);
  return left;
}

function bad(fileName: string, detail: string): ClientError {
  return new ClientError("bad-kubeconfig", `Cannot use ${fileName}: ${detail}`);
}
