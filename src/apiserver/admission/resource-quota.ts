/**
 * Quotas: what a write would use is added to each quota of its namespace in the write's own transaction, so that writers
 * together never pass a limit, and a write that fails uses nothing. What is given back the quota controller counts.
 */
import {
  amountsOf,
  difference,
  forbidden,
  isCountedBy,
  isInScope,
  listOf,
  only,
  type Pod,
  type Quantity,
  type ResourceQuota,
  sum,
  unsaidBy,
  usageOf,
} from "#api";
import { keyOf } from "../registry/keys.ts";
import { copyOf } from "../registry/plain-data.ts";
import { NOTHING_EXTRA, putOf, type Reservation } from "../registry/registry.ts";
import type { AdmissionPlugin, AdmissionRequest, ChargeContext } from "./admission.ts";

/** Resources of containers that must be said where a quota limits them. */
const computeNames = new Set([
  "cpu",
  "memory",
  "requests.cpu",
  "requests.memory",
  "limits.cpu",
  "limits.memory",
]);
/** Updates that may use more; all other kinds only count when they are made. */
const countedUpdates = new Set(["pods/resize", "services", "persistentvolumeclaims"]);

export const resourceQuota: AdmissionPlugin = {
  operations: ["CREATE", "UPDATE"],
  resources: "all",
  charge(request, context) {
    const { resource, namespace, operation, subresource } = request;
    if (!resource.namespaced || resource.storage === undefined) return NOTHING_EXTRA;
    const target = subresource === "" ? resource.plural : `${resource.plural}/${subresource}`;
    if (operation === "CREATE" ? subresource !== "" : resource.group !== "" || !countedUpdates.has(target))
      return NOTHING_EXTRA;
    const quotas = [...context.registry.objects.list<ResourceQuota>("", "resourcequotas", namespace)];
    const charged = quotas.flatMap((quota) => charge(request, context, quota) ?? []);
    const [first, ...others] = charged;
    if (first === undefined) return NOTHING_EXTRA;
    const checks = [{ key: first.write.key, modRevision: first.modRevision }];
    // A write never has two keys of one resource: further quotas, and those of a new quota, are charged before it.
    return resource.plural === "resourcequotas" && resource.group === ""
      ? { checks: [], writes: [], before: charged }
      : { checks, writes: [first.write], before: others };
  },
};

/** The quota with what the write uses; undefined when it is not about it. Throws 403 when that is too much. */
function charge(
  request: AdmissionRequest,
  { registry, seen }: ChargeContext,
  listed: ResourceQuota,
): Reservation | undefined {
  const { resource, now } = request;
  const quotas = registry.catalog.of("", "resourcequotas");
  const key = keyOf(quotas, request.namespace, listed.metadata.name ?? "");
  const record = seen.read(key);
  if (record === undefined) return undefined;
  const quota = registry.views.object(quotas, record) as unknown as ResourceQuota;
  const object = request.object ?? {};
  const hard = amountsOf(quota.status?.hard ?? quota.spec.hard);
  const names = [...hard.keys()].filter((name) => isCountedBy(resource, name));
  if (names.length === 0 || !isInScope(quota, resource.plural, object)) return undefined;
  const quotaName = quota.metadata.name ?? "";
  const refuse = (detail: string): Error => forbidden(resource, request.name, detail);
  if (resource.plural === "pods" && resource.group === "") {
    const unsaid = unsaidBy(
      object as Pod,
      names.filter((name) => computeNames.has(name)),
    );
    if (unsaid.size > 0) throw refuse(`failed quota: ${quotaName}: must specify ${unsaidText(unsaid)}`);
  }
  const before = request.old === undefined ? new Map() : usageOf(resource, request.old, now);
  const delta = [...only(difference(usageOf(resource, object, now), before), names)].filter(
    ([, amount]) => amount.sign !== 0,
  );
  if (delta.length === 0) return undefined;
  const used = amountsOf(quota.status?.used);
  const unknown = names.filter((name) => !used.has(name) || quota.status?.hard?.[name] === undefined);
  if (unknown.length > 0)
    throw refuse(`status unknown for quota: ${quotaName}, resources: ${unknown.toSorted().join(",")}`);
  const after = sum(used, new Map(delta));
  const exceeded = delta
    .filter(([name, amount]) => amount.sign > 0 && isOver(after.get(name), hard.get(name)))
    .map(([name]) => name);
  if (exceeded.length > 0) {
    const told = (amounts: ReadonlyMap<string, Quantity>): string =>
      [...only(amounts, exceeded.toSorted())].map(([name, amount]) => `${name}=${amount}`).join(",");
    throw refuse(
      `exceeded quota: ${quotaName}, requested: ${told(new Map(delta))}, used: ${told(used)}, limited: ${told(hard)}`,
    );
  }
  const draft = copyOf(quota);
  draft.status = { ...quota.status, used: listOf(after) };
  // As if the server had updated the status, which upstream's does.
  const written = { resource: quotas, now, info: { subresource: "status" } };
  registry.fields.update(written, quota, draft, undefined, "kube-apiserver");
  const { write } = putOf(registry, quotas, key, registry.views.toStorage(quotas, draft));
  const undo = { type: "put", key, value: record.value, index: record.index } as const;
  return { write, modRevision: record.modRevision, undo };
}

function isOver(amount: Quantity | undefined, limit: Quantity | undefined): boolean {
  return amount !== undefined && limit !== undefined && amount.compare(limit) > 0;
}

/** `limits.cpu for: a,b; requests.memory for: a` */
function unsaidText(unsaid: ReadonlyMap<string, readonly string[]>): string {
  const byResource = new Map<string, string[]>();
  for (const [container, resources] of unsaid)
    for (const resource of resources)
      byResource.set(resource, [...(byResource.get(resource) ?? []), container]);
  return [...byResource]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, containers]) => `${resource} for: ${containers.join(",")}`)
    .join("; ");
}
