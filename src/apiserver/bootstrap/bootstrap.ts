/**
 * What a fresh API server holds before anybody calls: system namespaces, RBAC policy, flow control, priority classes, the
 * service range, and the `kubernetes` Service with its endpoints. Written through the gate as the server's own user, so that
 * all checks of a write apply; a second start only mends what is missing.
 */
import type { KubeObject } from "#api";
import { assert } from "#base";
import flowControl from "./data/flow-control.json" with { type: "json" };
import priorityClasses from "./data/priority-classes.json" with { type: "json" };
import rbacPolicy from "./data/rbac-policy.json" with { type: "json" };
import { reconcilePolicy } from "./reconcile-policy.ts";

/** One call of the server to itself; resolves with any status. */
export type OwnCall = (
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
) => Promise<{ readonly status: number; readonly body: unknown }>;

export interface BootstrapOptions {
  /** Service ranges, one for each family. */
  readonly serviceCidrs: readonly string[];
  /** The address of the `kubernetes` Service: the first of the first range. */
  readonly serviceAddress: string;
  /** Where clients of the `kubernetes` Service end up. Absent: nowhere yet, and no endpoints are written. */
  readonly endpoint: { readonly address: string; readonly port: number } | undefined;
  /** PEM of the CA that signs client certificates, for aggregated API servers. */
  readonly clientCa: string;
}

/** Namespaces that the server makes before anything is put into them. */
export const systemNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

/** Writes at once; enough to fill a group commit. */
const concurrency = 32;

/** Makes or mends everything. Rejects when a write is refused. */
export async function bootstrap(call: OwnCall, options: BootstrapOptions): Promise<void> {
  await each(systemNamespaces, (name) => ensure(call, namespace(name)));
  const policy = [...rbacPolicy, ...flowControl, ...priorityClasses] as unknown as readonly KubeObject[];
  await each(policy, (object) => ensure(call, object));
  await ensure(call, serviceCidr(options.serviceCidrs));
  await ensure(call, authenticationConfig(options.clientCa));
  await ensure(call, kubernetesService(options.serviceAddress));
  if (options.endpoint !== undefined) await ensureEndpoint(call, options.endpoint);
}

async function each<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await act(item);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** Creates the object, or reconciles the one that is there. */
async function ensure(call: OwnCall, wanted: KubeObject): Promise<void> {
  const collection = collectionPath(wanted);
  const created = await call("POST", collection, wanted);
  if (created.status === 201) return;
  assert(
    created.status === 409,
    `Bootstrap of ${wanted.kind} "${wanted.metadata.name}" was refused: ${text(created.body)}`,
  );
  const path = `${collection}/${wanted.metadata.name}`;
  const existing = await call("GET", path);
  if (existing.status !== 200) return; // deleted in between: the next start makes it again
  const next = reconcilePolicy(wanted, existing.body as KubeObject);
  if (next.action === "none") return;
  if (next.action === "update") {
    const updated = await call("PUT", path, next.object);
    assert(
      updated.status === 200 || updated.status === 409,
      `Bootstrap cannot update ${path}: ${text(updated.body)}`,
    );
    return;
  }
  await call("DELETE", path);
  await call("POST", collection, next.object);
}

/** The server's own address in `kubernetes` may have changed since the last start, so these are replaced. */
async function ensureEndpoint(
  call: OwnCall,
  endpoint: { readonly address: string; readonly port: number },
): Promise<void> {
  const ports = [{ name: "https", port: endpoint.port, protocol: "TCP" }];
  const family = endpoint.address.includes(":") ? "IPv6" : "IPv4";
  const metadata = { name: "kubernetes", namespace: "default" };
  const endpoints = {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { ...metadata, labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } },
    subsets: [{ addresses: [{ ip: endpoint.address }], ports }],
  };
  const slice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...metadata, labels: { "kubernetes.io/service-name": "kubernetes" } },
    addressType: family,
    endpoints: [{ addresses: [endpoint.address], conditions: { ready: true } }],
    ports,
  };
  for (const object of [endpoints, slice]) {
    const collection = collectionPath(object as unknown as KubeObject);
    const created = await call("POST", collection, object);
    if (created.status === 201) continue;
    const replaced = await call("PUT", `${collection}/kubernetes`, object);
    assert(
      replaced.status === 200,
      `Bootstrap cannot write the endpoint of "kubernetes": ${text(replaced.body)}`,
    );
  }
}

function namespace(name: string): KubeObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } } as KubeObject;
}

function serviceCidr(cidrs: readonly string[]): KubeObject {
  const object = {
    apiVersion: "networking.k8s.io/v1",
    kind: "ServiceCIDR",
    metadata: { name: "kubernetes" },
    spec: { cidrs },
  };
  return object as unknown as KubeObject;
}

function authenticationConfig(clientCa: string): KubeObject {
  const metadata = { name: "extension-apiserver-authentication", namespace: "kube-system" };
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { "client-ca-file": clientCa } };
  return object as unknown as KubeObject;
}

function kubernetesService(clusterIP: string): KubeObject {
  const object = {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: "kubernetes",
      namespace: "default",
      labels: { component: "apiserver", provider: "kubernetes" },
    },
    spec: {
      type: "ClusterIP",
      clusterIP,
      sessionAffinity: "None",
      ports: [{ name: "https", port: 443, targetPort: 6443, protocol: "TCP" }],
    },
  };
  return object as unknown as KubeObject;
}

/** Plurals of what is made here; a name that is missing is a mistake in this file. */
const plurals: Readonly<Record<string, string>> = {
  ClusterRole: "clusterroles",
  ClusterRoleBinding: "clusterrolebindings",
  ConfigMap: "configmaps",
  Endpoints: "endpoints",
  EndpointSlice: "endpointslices",
  FlowSchema: "flowschemas",
  Namespace: "namespaces",
  PriorityClass: "priorityclasses",
  PriorityLevelConfiguration: "prioritylevelconfigurations",
  Role: "roles",
  RoleBinding: "rolebindings",
  Service: "services",
  ServiceCIDR: "servicecidrs",
};

function collectionPath({ apiVersion, kind, metadata }: KubeObject): string {
  const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
  return `${base}${scope}/${plurals[kind]}`;
}

function text(body: unknown): string {
  return JSON.stringify(body)?.slice(0, 500) ?? "";
}
