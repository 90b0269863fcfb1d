/**
 * Limit ranges: what a container of the namespace requests and is limited to when it does not say, and the
 * bounds that containers, pods and claims keep to.
 */
import {
  type KubeObject,
  type LimitRange,
  type PersistentVolumeClaim,
  type Pod,
  Quantity,
  forbidden,
} from "#api";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.ts";

type Container = Pod["spec"]["containers"][number];
type Item = NonNullable<LimitRange["spec"]["limits"]>[number];
type Amounts = Readonly<Record<string, string>>;
interface Resources {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

const ANNOTATION = "kubernetes.io/limit-ranger";

export const limitRanger: AdmissionPlugin = {
  operations: ["CREATE", "UPDATE"],
  resources: ["pods", "persistentvolumeclaims"],
  mutate(request, { objects }) {
    if (request.resource.kind !== "Pod" || request.operation !== "CREATE") return;
    for (const range of objects.list<KubeObject & LimitRange>("", "limitranges", request.namespace)) {
      complete(request.object as Pod, range.spec.limits ?? []);
    }
  },
  validate(request, { objects }) {
    const isPod = request.resource.kind === "Pod";
    if (isPod && request.operation !== "CREATE") return;
    for (const range of objects.list<KubeObject & LimitRange>("", "limitranges", request.namespace)) {
      const complaints = (range.spec.limits ?? []).flatMap((item) =>
        isPod
          ? podComplaints(request.object as Pod, item)
          : claimComplaints(request.object as PersistentVolumeClaim, item),
      );
      if (complaints.length > 0) throw refused(request, complaints);
    }
  },
};

function refused(request: AdmissionRequest, complaints: readonly string[]): Error {
  const text = complaints.length === 1 ? complaints[0] : `[${complaints.join(", ")}]`;
  return forbidden(request.resource, request.name, text ?? "");
}

function complete(pod: Pod, items: readonly Item[]): void {
  const notes: string[] = [];
  for (const item of items) {
    if (item.type !== "Container") continue;
    for (const container of pod.spec.containers)
      notes.push(...completeContainer(container, item, "container"));
    for (const container of pod.spec.initContainers ?? [])
      notes.push(...completeContainer(container, item, "init container"));
  }
  if (notes.length === 0) return;
  const annotation = `LimitRanger plugin set: ${notes.join("; ")}`;
  pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: annotation };
}

/** Says what it has set, as the annotation does. */
function completeContainer(container: Container, item: Item, what: string): readonly string[] {
  const notes: string[] = [];
  for (const [part, defaults, word] of [
    ["requests", item.defaultRequest, "request"],
    ["limits", item.default, "limit"],
  ] as const) {
    const current = container.resources[part] ?? {};
    const missing = Object.keys(defaults ?? {})
      .filter((name) => current[name] === undefined)
      .sort();
    if (missing.length === 0) continue;
    const added = Object.fromEntries(missing.map((name) => [name, defaults?.[name] ?? ""]));
    container.resources = { ...container.resources, [part]: { ...current, ...added } };
    notes.push(`${missing.join(", ")} ${word} for ${what} ${container.name}`);
  }
  return notes;
}

function podComplaints(pod: Pod, item: Item): readonly string[] {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  if (item.type === "Container")
    return containers.flatMap(({ resources }) => outOfBounds(item, partsOf(resources)));
  if (item.type !== "Pod") return [];
  return outOfBounds(item, {
    requests: total(pod, (container) => container.resources.requests ?? {}),
    limits: total(pod, (container) => container.resources.limits ?? {}),
  });
}

function claimComplaints(claim: PersistentVolumeClaim, item: Item): readonly string[] {
  if (item.type !== "PersistentVolumeClaim") return [];
  return outOfBounds(
    { ...item, maxLimitRequestRatio: {} },
    { requests: claim.spec.resources.requests ?? {}, limits: {} },
  );
}

function partsOf(resources: Container["resources"]): Resources {
  return { requests: resources.requests ?? {}, limits: resources.limits ?? {} };
}

/** Of all containers together, or of the largest init container where that is more. */
function total(pod: Pod, amounts: (container: Container) => Amounts): Amounts {
  const sums = new Map<string, bigint>();
  for (const container of pod.spec.containers) {
    for (const [name, text] of Object.entries(amounts(container)))
      sums.set(name, (sums.get(name) ?? 0n) + nanos(text));
  }
  for (const container of pod.spec.initContainers ?? []) {
    for (const [name, text] of Object.entries(amounts(container))) {
      if (nanos(text) > (sums.get(name) ?? 0n)) sums.set(name, nanos(text));
    }
  }
  return Object.fromEntries(
    [...sums].map(([name, sum]) => [name, new Quantity(sum, "DecimalSI").toString()]),
  );
}

function outOfBounds(item: Item, { requests, limits }: Resources): readonly string[] {
  const complaints: string[] = [];
  for (const [name, min] of Object.entries(item.min ?? {})) {
    const [request, limit] = [requests[name], limits[name]];
    if (request === undefined)
      complaints.push(`minimum ${name} usage per ${item.type} is ${min}. No request is specified`);
    else if (nanos(request) < nanos(min))
      complaints.push(`minimum ${name} usage per ${item.type} is ${min}, but request is ${request}`);
    if (limit !== undefined && nanos(limit) < nanos(min))
      complaints.push(`minimum ${name} usage per ${item.type} is ${min}, but limit is ${limit}`);
  }
  for (const [name, max] of Object.entries(item.max ?? {})) {
    const [request, limit] = [requests[name], limits[name]];
    const isClaim = item.type === "PersistentVolumeClaim";
    if (limit === undefined && !isClaim)
      complaints.push(`maximum ${name} usage per ${item.type} is ${max}. No limit is specified`);
    else if (limit !== undefined && nanos(limit) > nanos(max))
      complaints.push(`maximum ${name} usage per ${item.type} is ${max}, but limit is ${limit}`);
    if (request !== undefined && nanos(request) > nanos(max))
      complaints.push(`maximum ${name} usage per ${item.type} is ${max}, but request is ${request}`);
  }
  for (const [name, ratio] of Object.entries(item.maxLimitRequestRatio ?? {})) {
    complaints.push(...ratioComplaints(item, name, ratio, requests[name], limits[name]));
  }
  return complaints;
}

function ratioComplaints(
  item: Item,
  name: string,
  ratio: string,
  request: string | undefined,
  limit: string | undefined,
): readonly string[] {
  const text = `${name} max limit to request ratio per ${item.type} is ${ratio}`;
  if (request === undefined || nanos(request) === 0n)
    return [`${text}, but no request is specified or request is 0`];
  if (limit === undefined || nanos(limit) === 0n) return [`${text}, but no limit is specified or limit is 0`];
  const isOver = nanos(limit) * ONE > nanos(ratio) * nanos(request);
  return isOver
    ? [`${text}, but provided ratio is ${(Number(nanos(limit)) / Number(nanos(request))).toFixed(6)}`]
    : [];
}

const ONE = 1_000_000_000n;

function nanos(text: string): bigint {
  return Quantity.parse(text).nanos;
}
