/** Validation of what a pod's status says of its containers: whom they run as, and what devices they were given. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { byteLength } from "../../names/check.ts";
import { dnsLabel, dnsSubdomain } from "../../names/dns.ts";
import type { Container } from "./container.ts";
import type { ContainerStatus, LinuxContainerUser } from "./container-status.ts";
import type { Pod, PodExtendedResourceClaimStatus } from "./pod.ts";
import type { ResourceStatus } from "./resources.ts";

export const containerStatusLists = [
  "containerStatuses",
  "initContainerStatuses",
  "ephemeralContainerStatuses",
] as const;

type List = (typeof containerStatusLists)[number];

const healths = ["Healthy", "Unhealthy", "Unknown"];
const claimPrefix = "claim:";
const maxId = 2 ** 31 - 1;
const maxMessageBytes = 1024;

export function validateContainerStatuses({ spec, status }: Pod, list: List, errors: FieldErrors): void {
  const containers = containersOf(spec, list);
  for (const [i, one] of (status[list] ?? []).entries()) {
    const path = at(at("status", list), i);
    validateUser(one, spec.os?.name ?? "linux", path, errors);
    const devices = one.allocatedResourcesStatus ?? [];
    if (list === "ephemeralContainerStatuses") {
      if (devices.length > 0)
        errors.forbidden(at(path, "allocatedResourcesStatus"), "must not be specified in container status");
      continue;
    }
    const container = containers.find(({ name }) => name === one.name);
    for (const [j, resource] of devices.entries())
      validateResource(resource, container, at(at(path, "allocatedResourcesStatus"), j), errors);
  }
}

function containersOf(spec: Pod["spec"], list: List): readonly Pick<Container, "name" | "resources">[] {
  if (list === "containerStatuses") return spec.containers;
  return (list === "initContainerStatuses" ? spec.initContainers : spec.ephemeralContainers) ?? [];
}

function validateUser({ user }: ContainerStatus, os: string, path: string, errors: FieldErrors): void {
  const linux = user?.linux;
  const here = at(path, "user.linux");
  if (linux === undefined) return;
  if (os === "windows") errors.forbidden(here, "cannot be set for a windows pod");
  else if (os === "linux") validateIds(linux, here, errors);
}

function validateIds(user: LinuxContainerUser, path: string, errors: FieldErrors): void {
  const ids: (readonly [string, unknown])[] = [
    [at(path, "uid"), user.uid],
    [at(path, "gid"), user.gid],
    ...(user.supplementalGroups ?? []).map((id, i) => [at(at(path, "supplementalGroups"), i), id] as const),
  ];
  for (const [here, id] of ids) {
    if (Number(id) < 0 || Number(id) > maxId)
      errors.invalid(here, id, `must be between 0 and ${maxId}, inclusive`);
  }
}

/** What a container has that is not in the spec yet is let through. */
function validateResource(
  { name, resources = [] }: ResourceStatus,
  container: Pick<Container, "resources"> | undefined,
  path: string,
  errors: FieldErrors,
): void {
  if (container !== undefined && !asksFor(container, name))
    errors.invalid(
      at(path, "name"),
      name,
      "must be a resource that the container requests, or 'claim:NAME/REQUEST'",
    );
  const seen = new Set<string>();
  for (const [i, { resourceID, health = "", message }] of resources.entries()) {
    const here = at(at(path, "resources"), i);
    if (!healths.includes(health)) errors.notSupported(at(here, "health"), health, healths);
    if (message === "") errors.required(at(here, "message"), "must be non-empty if specified");
    else if (byteLength(message ?? "") > maxMessageBytes)
      errors.tooLong(at(here, "message"), maxMessageBytes);
    if (seen.has(resourceID)) errors.duplicate(at(here, "resourceID"), resourceID);
    seen.add(resourceID);
  }
}

function asksFor({ resources }: Pick<Container, "resources">, name: string): boolean {
  if (!name.startsWith(claimPrefix)) return Object.hasOwn(resources?.requests ?? {}, name);
  return (resources?.claims ?? []).some(
    (claim) => name === `${claimPrefix}${claim.name}${claim.request ? `/${claim.request}` : ""}`,
  );
}

/** The claim that was made for what containers ask of extended resources. */
export function validateExtendedClaim({ spec, status }: Pod, errors: FieldErrors): void {
  const claim = status.extendedResourceClaimStatus;
  if (claim === undefined) return;
  const path = "status.extendedResourceClaimStatus";
  validateMappings(claim, [...(spec.initContainers ?? []), ...spec.containers], path, errors);
  const name = claim.resourceClaimName ?? "";
  if (name === "") errors.required(at(path, "resourceClaimName"));
  else errors.invalidEach(at(path, "resourceClaimName"), name, dnsSubdomain(name));
}

const mapped = ["containerName", "resourceName", "requestName"] as const;

function validateMappings(
  { requestMappings }: PodExtendedResourceClaimStatus,
  containers: readonly Container[],
  path: string,
  errors: FieldErrors,
): void {
  const list = at(path, "requestMappings");
  if ((requestMappings ?? []).length === 0) errors.required(list, "at least one request mapping is required");
  const seen = new Set<string>();
  for (const [i, mapping] of (requestMappings ?? []).entries()) {
    const { containerName, resourceName, requestName } = mapping;
    const here = at(list, i);
    const container = containers.findLast(({ name }) => name === containerName);
    if (container === undefined)
      errors.invalid(at(here, "containerName"), containerName, "must be a container of the pod");
    else if (!Object.hasOwn(container.resources?.requests ?? {}, resourceName))
      errors.invalid(at(here, "resourceName"), resourceName, "must be what the container requests");
    // Upstream tells this one without its place.
    errors.invalidEach(at(path, "requestName"), requestName, dnsLabel(requestName));
    const id = JSON.stringify([containerName, resourceName, requestName]);
    if (seen.has(id)) for (const field of mapped) errors.duplicate(at(here, field), mapping[field]);
    seen.add(id);
  }
}
