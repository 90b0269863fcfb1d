/**
 * Component statuses: a deprecated view of the control plane, of upstream's three parts. One that runs in this process
 * tells itself how it is, and one elsewhere by its lease, where upstream asks two ports of its own machine; `etcd-0` is
 * the store.
 */
import { canonical, type KubeObject, type Lease, notFound, type Resource } from "#api";
import { groupVersion } from "../catalog.ts";
import { listOptions } from "../registry/list-options.ts";
import { selectionOf } from "../registry/list.ts";
import { plain } from "../registry/outcome.ts";
import type { Registry } from "../registry/registry.ts";
import type { ResourceRequest } from "../registry/resource-request.ts";
import type { Action, Behaviour } from "./behaviour.ts";
import type { ServerServices } from "./server-services.ts";

const NAMES = ["scheduler", "controller-manager", "etcd-0"];
const LEASE_NAMESPACE = "kube-system";

const list: Action = async (registry, request, services) => {
  const { resource, info } = request;
  listOptions(info.query);
  const selection = selectionOf(registry, request);
  const records = NAMES.map((name) =>
    registry.records.unstored(resource, statusOf(name, registry, request, services)),
  ).filter((record) => selection.matches(record));
  const page = { records, revision: undefined, continueToken: undefined, remaining: undefined };
  return { type: "list", resource, page };
};

const get: Action = async (registry, request, services) => {
  const { resource, info } = request;
  if (!NAMES.includes(info.name)) throw notFound(resource, info.name);
  return plain(resource, statusOf(info.name, registry, request, services));
};

export const componentStatuses: Behaviour = { actions: { "": { list, get } } };

function statusOf(
  name: string,
  registry: Registry,
  { resource, now }: ResourceRequest,
  { components }: ServerServices,
): KubeObject {
  if (name === "etcd-0") return componentStatus(resource, name, registry.store.ready());
  const component = components.get(name);
  const error = component === undefined ? sickLease(registry, `kube-${name}`, now) : component.ready();
  return componentStatus(resource, name, error);
}

/** What the lease says against a component that leads in some other process. */
function sickLease({ objects }: Registry, name: string, now: number): string | undefined {
  const lease = objects.get<Lease>("coordination.k8s.io", "leases", LEASE_NAMESPACE, name);
  const { holderIdentity, renewTime, leaseDurationSeconds } = lease?.spec ?? {};
  const path = `${LEASE_NAMESPACE}/${name}`;
  if (!holderIdentity || !renewTime) return `nobody holds the lease ${path}`;
  const isFresh = now < Date.parse(renewTime) + 1_000 * (leaseDurationSeconds ?? 0);
  return isFresh ? undefined : `the lease ${path} was renewed last at ${renewTime}`;
}

function componentStatus(resource: Resource, name: string, error: string | undefined): KubeObject {
  const said = error === undefined ? { status: "True", message: "ok" } : { status: "False", error };
  return canonical(resource.type, {
    kind: resource.kind,
    apiVersion: groupVersion(resource),
    metadata: { name },
    conditions: [{ type: "Healthy", ...said }],
  }) as KubeObject;
}
