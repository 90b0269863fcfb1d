/**
 * Claims to devices, and their templates: access as an administrator is for namespaces that are labelled for it, and
 * who may write a claim's status needs more to bind it (`resourceclaims/binding`) or to tell of devices of a driver
 * (`resourceclaims/driver`, by the driver's name): there a verb says for which nodes
 * (`DRAResourceClaimGranularStatusAuthorization`).
 */
import { type FieldErrors, type KubeObject, type resource, same } from "#api";
import { type Attributes, attributesOf, refused } from "../authz/attributes.ts";
import { keyOf } from "../registry/keys.ts";
import { serviceAccountOf, type User } from "../user.ts";
import type { Behaviour, WriteContext } from "./behaviour.ts";

const label = "resource.kubernetes.io/admin-access";
const nodeNameKey = "authentication.kubernetes.io/node-name";

type Claim = KubeObject & resource.ResourceClaim;
type Status = resource.ResourceClaimStatus;

export const resourceClaims: Behaviour = {
  validateCreate(object, errors, context) {
    checkRequests((object as Claim).spec, object, errors, context);
  },
  validateUpdate(object, old, errors, context) {
    if (context.request.info.subresource !== "status") return;
    const [{ status }, { status: before }] = [object as Claim, old as Claim];
    if (!isGranted(before)) checkResults(status, object, errors, context);
    checkBinding(status, before, errors, context);
    checkDrivers(status, before, errors, context);
  },
};

export const resourceClaimTemplates: Behaviour = {
  validateCreate(object, errors, context) {
    checkRequests((object as KubeObject & resource.ResourceClaimTemplate).spec.spec, object, errors, context);
  },
};

function checkRequests(
  { devices }: resource.ResourceClaimSpec,
  object: KubeObject,
  errors: FieldErrors,
  context: WriteContext,
): void {
  const i = (devices.requests ?? []).findIndex((one) => one.exactly?.adminAccess === true);
  if (i >= 0) checkNamespace(`spec.devices.requests[${i}].adminAccess`, object, errors, context);
}

function checkResults(
  { allocation }: Status,
  object: KubeObject,
  errors: FieldErrors,
  context: WriteContext,
): void {
  const i = (allocation?.devices.results ?? []).findIndex((one) => one.adminAccess === true);
  if (i >= 0) checkNamespace(`status.allocation.devices.results[${i}].adminAccess`, object, errors, context);
}

function isGranted({ allocation }: Status): boolean {
  return (allocation?.devices.results ?? []).some((one) => one.adminAccess === true);
}

function checkNamespace(
  path: string,
  { metadata }: KubeObject,
  errors: FieldErrors,
  { registry, seen }: WriteContext,
): void {
  const namespaces = registry.catalog.of("", "namespaces");
  const record = seen.read(keyOf(namespaces, "", metadata.namespace ?? ""));
  const namespace = record && registry.records.object(namespaces, record);
  if (namespace?.metadata.labels?.[label] === "true") return;
  errors.forbidden(path, `admin access to devices requires the \`${label}: true\` label on the namespace`);
}

/** Who uses the claim, and what is allocated to it, is for schedulers: in all namespaces, by whatever name. */
function checkBinding(status: Status, old: Status, errors: FieldErrors, context: WriteContext): void {
  if (same(status.allocation, old.allocation) && same(status.reservedFor, old.reservedFor)) return;
  const refusal = refusalOf(context, { subresource: "binding", namespace: "", name: "" });
  if (refusal !== undefined)
    errors.forbidden("status", `changing status.allocation or status.reservedFor: ${refusal}`);
}

/** Each driver of whose devices something is told, no longer told or told otherwise. */
function checkDrivers(status: Status, old: Status, errors: FieldErrors, context: WriteContext): void {
  const { user, info } = context.request;
  const verbs = [`arbitrary-node:${info.verb}`];
  if (isOnNode(user, nodeOf(status))) verbs.unshift(`associated-node:${info.verb}`);
  for (const name of changedDrivers(status, old)) {
    const refusals = verbs.map((verb) => refusalOf(context, { verb, subresource: "driver", name }));
    if (refusals.includes(undefined)) continue;
    errors.forbidden("status.devices", `changing status.devices: ${refusals[0]}`);
  }
}

/** Undefined when the caller may. */
function refusalOf({ registry, request }: WriteContext, asked: Partial<Attributes>): string | undefined {
  const question = { ...attributesOf(request.user, request.info), ...asked };
  const { allowed, reason } = registry.authorizers.authorize(question);
  return allowed ? undefined : refused(question, reason).message;
}

function changedDrivers({ devices = [] }: Status, { devices: old = [] }: Status): readonly string[] {
  const left = new Map(old.map((one) => [deviceKey(one), one]));
  const changed = new Set<string>();
  for (const device of devices) {
    const key = deviceKey(device);
    if (!same(device, left.get(key))) changed.add(device.driver);
    left.delete(key);
  }
  for (const { driver } of left.values()) changed.add(driver);
  return [...changed].sort();
}

function deviceKey({ driver, pool, device, shareID = "" }: resource.AllocatedDeviceStatus): string {
  return JSON.stringify([driver, pool, device, shareID]);
}

/** The one node that the allocation is for, when its selector names just that. */
function nodeOf({ allocation }: Status): string | undefined {
  const [term, ...more] = allocation?.nodeSelector?.nodeSelectorTerms ?? [];
  if (term === undefined || more.length > 0 || (term.matchExpressions ?? []).length > 0) return undefined;
  const [field, ...others] = term.matchFields ?? [];
  if (field?.key !== "metadata.name" || field.operator !== "In" || others.length > 0) return undefined;
  return field.values?.length === 1 ? field.values[0] : undefined;
}

/** Whether this is a service account whose token is bound to a pod of the node. */
function isOnNode({ name, extra }: User, nodeName: string | undefined): boolean {
  const names = extra[nodeNameKey] ?? [];
  if (nodeName === undefined || names.length !== 1 || names[0] !== nodeName) return false;
  return serviceAccountOf(name) !== undefined;
}
