/** Validation of amounts of resources, their names, and a container's requests against its limits. */
import { at, atKey, type FieldErrors } from "../../field-errors.ts";
import { qualifiedName } from "../../names/qualified-name.ts";
import { Quantity } from "../../quantity.ts";
import type { ResourceRequirements } from "./resources.ts";

const hugePagesPrefix = "hugepages-";
const nativePrefix = "kubernetes.io/";
const requestsPrefix = "requests.";

const containerResources: ReadonlySet<string> = new Set(["cpu", "memory", "ephemeral-storage"]);

/** Names without a domain that mean something somewhere in the API (containers, quotas, nodes). */
const standardResources: ReadonlySet<string> = new Set([
  ...containerResources,
  ...[...containerResources].flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  "pods",
  "services",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "storage",
  "requests.storage",
  "services.nodeports",
  "services.loadbalancers",
]);

/** Resources that are counted in whole pieces. */
const integerResources: ReadonlySet<string> = new Set([
  "pods",
  "replicationcontrollers",
  "services",
  "resourcequotas",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
]);

function isHugePages(name: string): boolean {
  return name.startsWith(hugePagesPrefix);
}

export function isStandardResource(name: string): boolean {
  return (
    standardResources.has(name) || isHugePages(name) || name.startsWith(`${requestsPrefix}${hugePagesPrefix}`)
  );
}

export function isStandardContainerResource(name: string): boolean {
  return containerResources.has(name) || isHugePages(name);
}

function isNative(name: string): boolean {
  return !name.includes("/") || name.includes(nativePrefix);
}

/** `example.com/gpu`: not Kubernetes' own, and fit to stand behind `requests.`. */
export function isExtendedResource(name: string): boolean {
  if (isNative(name) || name.startsWith(requestsPrefix)) return false;
  return qualifiedName(`${requestsPrefix}${name}`).length === 0;
}

function isWhole(name: string): boolean {
  return integerResources.has(name) || isExtendedResource(name);
}

/** Qualified, and known when it has no domain. */
export function validateResourceName(name: string, path: string, errors: FieldErrors): void {
  const complaints = qualifiedName(name);
  if (complaints.length > 0) return errors.invalidEach(path, name, complaints);
  if (!name.includes("/") && !isStandardResource(name)) {
    errors.invalid(path, name, "must be a standard resource or have a domain");
  }
}

function validateContainerResourceName(name: string, path: string, errors: FieldErrors): void {
  validateResourceName(name, path, errors);
  if (!name.includes("/")) {
    if (!isStandardContainerResource(name))
      errors.invalid(path, name, "must be a standard resource of containers");
  } else if (!isNative(name) && !isExtendedResource(name)) {
    errors.invalid(path, name, "is not a valid name of an extended resource");
  }
}

/** Not negative, and whole where pieces are counted. Amounts are canonical text, so that most need no reading. */
export function validateResourceAmount(
  name: string,
  amount: string,
  path: string,
  errors: FieldErrors,
): void {
  if (amount.startsWith("-")) errors.invalid(path, amount, "must be greater than or equal to 0");
  if (isWhole(name) && Quantity.parse(amount).toMillis() % 1000 !== 0) {
    errors.invalid(path, amount, "must be an integer");
  }
}

export interface ResourceRules {
  /** Names in `spec.resourceClaims` of the pod. */
  readonly claims: ReadonlySet<string>;
}

/** A container's `resources`. */
export function validateResources(
  resources: ResourceRequirements,
  path: string,
  errors: FieldErrors,
  rules: ResourceRules,
): void {
  const limits = resources.limits ?? {};
  const requests = resources.requests ?? {};
  for (const [name, amount] of Object.entries(limits))
    validateAmount(name, amount, atKey(at(path, "limits"), name), errors);
  for (const [name, amount] of Object.entries(requests)) {
    validateAmount(name, amount, atKey(at(path, "requests"), name), errors);
    validateRequestFits(name, amount, limits[name], path, errors);
  }
  const named = [...Object.keys(limits), ...Object.keys(requests)];
  if (named.some(isHugePages) && !named.some((name) => name === "cpu" || name === "memory")) {
    errors.forbidden(path, "huge pages need cpu or memory beside them");
  }
  validateClaims(resources, at(path, "claims"), errors, rules);
}

function validateAmount(name: string, amount: string, path: string, errors: FieldErrors): void {
  validateContainerResourceName(name, path, errors);
  validateResourceAmount(name, amount, path, errors);
  if (isHugePages(name)) {
    const page = Quantity.tryParse(name.slice(hugePagesPrefix.length));
    if (page !== undefined && page.nanos > 0n && Quantity.parse(amount).nanos % page.nanos !== 0n) {
      errors.invalid(path, amount, `must be a multiple of the page size ${page}`);
    }
  }
}

/** Requests stay within limits; what cannot be overcommitted equals them. */
function validateRequestFits(
  name: string,
  amount: string,
  limit: string | undefined,
  path: string,
  errors: FieldErrors,
): void {
  const overcommits = isNative(name) && !isHugePages(name);
  if (limit === undefined) {
    if (!overcommits)
      errors.required(at(path, "limits"), `a limit of ${name} is required, since it cannot be overcommitted`);
    return;
  }
  if (amount === limit) return;
  const order = Quantity.parse(amount).compare(Quantity.parse(limit));
  if (!overcommits && order !== 0)
    errors.invalid(at(path, "requests"), amount, `must be equal to the ${name} limit of ${limit}`);
  else if (order > 0)
    errors.invalid(
      at(path, "requests"),
      amount,
      `must be less than or equal to the ${name} limit of ${limit}`,
    );
}

function validateClaims(
  resources: ResourceRequirements,
  path: string,
  errors: FieldErrors,
  rules: ResourceRules,
): void {
  const seen = new Set<string>();
  for (const [i, claim] of (resources.claims ?? []).entries()) {
    const here = at(path, i);
    if (claim.name === "") errors.required(at(here, "name"));
    else {
      const id = `${claim.name}/${claim.request ?? ""}`;
      if (seen.has(id)) errors.duplicate(here, claim.name);
      seen.add(id);
      if (!rules.claims.has(claim.name)) errors.notFound(here, claim.name);
    }
  }
}
