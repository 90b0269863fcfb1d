/** Validation of a container's environment: variables, their sources, and whole sources (`envFrom`). */
import { at, type FieldErrors } from "../../field-errors.ts";
import { dnsLabel, dnsSubdomain } from "../../names/dns.ts";
import { nonReservedPath } from "../../names/file-path.ts";
import { configMapKey, envVarName, qualifiedName } from "../../names/qualified-name.ts";
import type { EnvFromSource, EnvVar } from "./environment.ts";
import type { FileKeySelector, ObjectFieldSelector, ResourceFieldSelector } from "./reference.ts";

/** Fields of the pod that a variable may take its value from. */
const variableFields: ReadonlySet<string> = new Set([
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
]);

/** Fields of the pod that a file of a downward API volume may hold. */
export const volumeFields: ReadonlySet<string> = new Set([
  "metadata.name",
  "metadata.namespace",
  "metadata.labels",
  "metadata.annotations",
  "metadata.uid",
]);

/** All that `fieldPath` can name at all. */
const knownFields: ReadonlySet<string> = new Set([
  ...variableFields,
  ...volumeFields,
  "spec.restartPolicy",
  "spec.schedulerName",
  "status.phase",
]);

const containerResources: ReadonlySet<string> = new Set(
  ["cpu", "memory", "ephemeral-storage"].flatMap((name) => [`limits.${name}`, `requests.${name}`]),
);
const hugePages = /^(limits|requests)\.hugepages-/;

const cpuDivisors = ["1m", "1"];
const byteDivisors = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

export function validateEnv(
  variables: readonly EnvVar[] | undefined,
  path: string,
  errors: FieldErrors,
): void {
  for (const [i, variable] of (variables ?? []).entries()) {
    const here = at(path, i);
    if (variable.name === "") errors.required(at(here, "name"));
    else errors.invalidEach(at(here, "name"), variable.name, envVarName(variable.name));
    validateValueFrom(variable, at(here, "valueFrom"), errors);
  }
}

function validateValueFrom(variable: EnvVar, path: string, errors: FieldErrors): void {
  const from = variable.valueFrom;
  if (from === undefined) return;
  if (from.fieldRef) validateFieldSelector(from.fieldRef, variableFields, at(path, "fieldRef"), errors);
  if (from.resourceFieldRef) {
    validateResourceSelector(from.resourceFieldRef, at(path, "resourceFieldRef"), errors, { volume: false });
  }
  if (from.configMapKeyRef) validateKeySelector(from.configMapKeyRef, at(path, "configMapKeyRef"), errors);
  if (from.secretKeyRef) validateKeySelector(from.secretKeyRef, at(path, "secretKeyRef"), errors);
  if (from.fileKeyRef) validateFileKey(from.fileKeyRef, at(path, "fileKeyRef"), errors);
  const sources = Object.values(from).filter((source) => source !== undefined).length;
  if (sources === 0) errors.invalid(path, "", "must name one source");
  else if (variable.value) errors.invalid(path, "", "may not be set together with `value`");
  else if (sources > 1) errors.invalid(path, "", "may not name more than one source");
}

/** `fieldRef`: the version of the path, the path, and that it is among `allowed`. */
export function validateFieldSelector(
  selector: ObjectFieldSelector,
  allowed: ReadonlySet<string>,
  path: string,
  errors: FieldErrors,
): void {
  if (!selector.apiVersion) return errors.required(at(path, "apiVersion"));
  if (selector.fieldPath === "") return errors.required(at(path, "fieldPath"));
  const subscripted = /^(.*)\['(.*)'\]$/s.exec(selector.fieldPath);
  const [field, key] = subscripted ? [subscripted[1] ?? "", subscripted[2] ?? ""] : [selector.fieldPath];
  const known = key === undefined ? knownFields.has(field) : subscriptable.has(field);
  if (!known || selector.apiVersion !== "v1") {
    return errors.invalid(
      at(path, "fieldPath"),
      selector.fieldPath,
      "is not a field of a pod that can be read here",
    );
  }
  if (key !== undefined) {
    const name = field === "metadata.annotations" ? key.toLowerCase() : key;
    errors.invalidEach(path, key, qualifiedName(name));
  } else if (!allowed.has(field)) errors.notSupported(at(path, "fieldPath"), field, [...allowed].sort());
}

const subscriptable: ReadonlySet<string> = new Set(["metadata.annotations", "metadata.labels"]);

/** `resourceFieldRef`: volumes have no container of their own, and so must name one. */
export function validateResourceSelector(
  selector: ResourceFieldSelector,
  path: string,
  errors: FieldErrors,
  rules: { readonly volume: boolean },
): void {
  const { resource } = selector;
  if (rules.volume && !selector.containerName) errors.required(at(path, "containerName"));
  else if (resource === "") errors.required(at(path, "resource"));
  else if (!containerResources.has(resource) && !hugePages.test(resource)) {
    errors.notSupported(at(path, "resource"), resource, [...containerResources].sort());
  }
  const divisor = selector.divisor ?? "0";
  if (divisor === "0" || resource === "") return;
  const divisors = resource.endsWith(".cpu") ? cpuDivisors : byteDivisors;
  if (!divisors.includes(divisor)) {
    errors.invalid(at(path, "divisor"), resource, `only divisors ${divisors.join(", ")} are supported`);
  }
}

function validateKeySelector(
  selector: { readonly name?: string; readonly key: string },
  path: string,
  errors: FieldErrors,
): void {
  const name = selector.name ?? "";
  errors.invalidEach(at(path, "name"), name, dnsSubdomain(name));
  if (selector.key === "") errors.required(at(path, "key"));
  else errors.invalidEach(at(path, "key"), selector.key, configMapKey(selector.key));
}

function validateFileKey(selector: FileKeySelector, path: string, errors: FieldErrors): void {
  if (selector.volumeName === "") errors.required(at(path, "volumeName"));
  else errors.invalidEach(at(path, "volumeName"), selector.volumeName, dnsLabel(selector.volumeName));
  if (selector.path === "") errors.required(at(path, "path"));
  else errors.invalidEach(at(path, "path"), selector.path, nonReservedPath(selector.path));
  if (selector.key === "") errors.required(at(path, "key"));
  else errors.invalidEach(at(path, "key"), selector.key, envVarName(selector.key));
}

export function validateEnvFrom(
  sources: readonly EnvFromSource[] | undefined,
  path: string,
  errors: FieldErrors,
): void {
  for (const [i, source] of (sources ?? []).entries()) {
    const here = at(path, i);
    if (source.prefix) errors.invalidEach(at(here, "prefix"), source.prefix, envVarName(source.prefix));
    if (source.configMapRef) validateSourceName(source.configMapRef.name, at(here, "configMapRef"), errors);
    if (source.secretRef) validateSourceName(source.secretRef.name, at(here, "secretRef"), errors);
    const count = Number(source.configMapRef !== undefined) + Number(source.secretRef !== undefined);
    if (count === 0) errors.invalid(path, "", "must name one of `configMapRef` and `secretRef`");
    else if (count > 1) errors.invalid(path, "", "may not name more than one source");
  }
}

function validateSourceName(name: string | undefined, path: string, errors: FieldErrors): void {
  if (!name) errors.required(at(path, "name"));
  else errors.invalidEach(at(path, "name"), name, dnsSubdomain(name));
}
