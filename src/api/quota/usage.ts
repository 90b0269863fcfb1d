/**
 * What an object counts against the quotas of its namespace, by the names that quotas use:
 *
 *   pods, requests.cpu, services.nodeports, gold.storageclass.storage.k8s.io/requests.storage, count/secrets
 */
import { Quantity } from "../quantity.ts";
import type { PersistentVolumeClaim, Pod, Service } from "../types/core/mod.ts";
import type { Amounts } from "./amounts.ts";
import { podUsage } from "./pod-usage.ts";

const one = Quantity.of(1);
/** Kinds that quotas named before `count/`. */
const namedPlainly = new Set(["configmaps", "replicationcontrollers", "resourcequotas", "secrets"]);
const classSuffix = "storageclass.storage.k8s.io";
const classBeta = "volume.beta.kubernetes.io/storage-class";

/** The kind of resource that is counted. */
export interface CountedResource {
  readonly group: string;
  readonly plural: string;
}

export function usageOf({ group, plural }: CountedResource, object: object, nowMs: number): Amounts {
  if (group === "" && plural === "pods") return podUsage(object as Pod, nowMs);
  const usage = new Map<string, Quantity>([[countName({ group, plural }), one]]);
  if (group !== "") return usage;
  if (plural === "services") countService(object as Service, usage);
  else if (plural === "persistentvolumeclaims") countClaim(object as PersistentVolumeClaim, usage);
  else if (namedPlainly.has(plural)) usage.set(plural, one);
  return usage;
}

/** `count/deployments.apps` */
function countName({ group, plural }: CountedResource): string {
  return `count/${group === "" ? plural : `${plural}.${group}`}`;
}

/** Whether a quota that names `resource` is about objects of that kind at all. */
export function isCountedBy(counted: CountedResource, resource: string): boolean {
  const { group, plural } = counted;
  if (resource === countName(counted)) return true;
  if (group !== "") return false;
  if (plural === "pods") return isPodResource(resource);
  if (plural === "services") return /^services(\.nodeports|\.loadbalancers)?$/.test(resource);
  if (plural === "persistentvolumeclaims") return isClaimResource(resource);
  return namedPlainly.has(plural) && resource === plural;
}

function isPodResource(name: string): boolean {
  if (/^(pods|cpu|memory|ephemeral-storage|limits\.(cpu|memory|ephemeral-storage))$/.test(name)) return true;
  if (name.startsWith("hugepages-")) return true;
  return name.startsWith("requests.") && name !== "requests.storage";
}

function isClaimResource(name: string): boolean {
  const own = name.includes(`.${classSuffix}/`) ? name.slice(name.indexOf("/") + 1) : name;
  return own === "persistentvolumeclaims" || own === "requests.storage";
}

function countService({ spec }: Service, usage: Map<string, Quantity>): void {
  const ports = Quantity.of((spec.ports ?? []).length);
  usage.set("services", one);
  const isBalancer = spec.type === "LoadBalancer";
  const given = (spec.ports ?? []).filter(({ nodePort = 0 }) => nodePort !== 0).length;
  const nodePorts =
    spec.type === "NodePort" || (isBalancer && spec.allocateLoadBalancerNodePorts !== false)
      ? ports
      : isBalancer
        ? Quantity.of(given)
        : Quantity.zero;
  usage.set("services.nodeports", nodePorts);
  usage.set("services.loadbalancers", isBalancer ? one : Quantity.zero);
}

/** A claim that is growing counts what it was given already, if that is more. */
function countClaim({ metadata, spec, status }: PersistentVolumeClaim, usage: Map<string, Quantity>): void {
  usage.set("persistentvolumeclaims", one);
  const className = metadata.annotations?.[classBeta] ?? spec.storageClassName ?? "";
  const asked = Quantity.tryParse(spec.resources?.requests?.["storage"] ?? "");
  const given = Quantity.tryParse(status?.allocatedResources?.["storage"] ?? "");
  const size = asked !== undefined && given !== undefined && given.compare(asked) > 0 ? given : asked;
  if (size !== undefined) usage.set("requests.storage", size);
  if (className === "") return;
  usage.set(`${className}.${classSuffix}/persistentvolumeclaims`, one);
  if (size !== undefined) usage.set(`${className}.${classSuffix}/requests.storage`, size);
}
