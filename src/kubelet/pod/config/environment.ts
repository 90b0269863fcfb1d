/**
 * A container's environment: services, then `envFrom`, then `env` in order, each able to refer to the ones
 * before by `$(NAME)`. What is missing and not optional keeps the container from being made.
 */
import type { Container, core, Pod } from "#api";
import { envFileValue } from "./env-file.ts";
import { expandReferences } from "./expansion.ts";
import { containerResource, podField } from "./downward.ts";
import type { References } from "../references.ts";
import { serviceVariables } from "./service-variables.ts";
import { StartError } from "../start-error.ts";

export interface EnvironmentInput {
  readonly pod: Pod;
  readonly container: Container | core.EphemeralContainer;
  readonly references: References;
  /** Facts of the running pod that its object may not show yet. */
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
  /** What a container without limits may use, for resourceFieldRef. */
  readonly allocatable: Readonly<Record<string, string>>;
  /** The text of a file of a volume. */
  readonly fileOf: (volume: string, path: string) => Promise<string>;
}

/** Names and values, in order. Rejects with `CreateContainerConfigError`. */
export async function environmentOf(
  input: EnvironmentInput,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const { pod, container, references } = input;
  const namespace = pod.metadata.namespace ?? "";
  const links = pod.spec.enableServiceLinks === false ? [] : references.services(namespace);
  const kubernetes = references.services("default").find((one) => one.metadata.name === "kubernetes");
  const result = new Map<string, string>();
  for (const source of container.envFrom ?? []) {
    for (const [name, value] of await fromSource(source, namespace, references, signal)) {
      result.set(`${source.prefix ?? ""}${name}`, value);
    }
  }
  const services = serviceVariables(links, kubernetes);
  const known = new Map([...services, ...result]);
  for (const variable of container.env ?? []) {
    const value = await valueOf(variable, known, input, signal);
    if (value === undefined) continue;
    known.set(variable.name, value);
    result.set(variable.name, value);
  }
  for (const [name, value] of services) if (!result.has(name)) result.set(name, value);
  return result;
}

async function fromSource(
  source: core.EnvFromSource,
  namespace: string,
  references: References,
  signal: AbortSignal,
): Promise<readonly (readonly [string, string])[]> {
  const map = source.configMapRef;
  if (map !== undefined) {
    const found = await references.configMap(namespace, map.name ?? "", signal);
    if (found === undefined && map.optional !== true) throw missing(`configmap "${map.name}" not found`);
    return Object.entries(found?.data ?? {});
  }
  const secret = source.secretRef;
  if (secret === undefined) return [];
  const found = await references.secret(namespace, secret.name ?? "", signal);
  if (found === undefined && secret.optional !== true) throw missing(`secret "${secret.name}" not found`);
  return Object.entries(found?.data ?? {}).map(([name, value]) => [name, decoded(value)]);
}

async function valueOf(
  variable: core.EnvVar,
  known: ReadonlyMap<string, string>,
  input: EnvironmentInput,
  signal: AbortSignal,
): Promise<string | undefined> {
  const from = variable.valueFrom;
  if (from === undefined) return expandReferences(variable.value ?? "", known);
  if (from.fieldRef !== undefined) return podField(from.fieldRef.fieldPath, input);
  if (from.resourceFieldRef !== undefined) return containerResource(from.resourceFieldRef, input);
  if (from.fileKeyRef !== undefined) return fromFile(from.fileKeyRef, input);
  const namespace = input.pod.metadata.namespace ?? "";
  const map = from.configMapKeyRef;
  if (map !== undefined) {
    const found = await input.references.configMap(namespace, map.name ?? "", signal);
    const value = found?.data?.[map.key];
    if (value !== undefined || map.optional === true) return value;
    if (found === undefined) throw missing(`configmap "${map.name}" not found`);
    throw missing(`couldn't find key ${map.key} in ConfigMap ${namespace}/${map.name}`);
  }
  const secret = from.secretKeyRef;
  if (secret === undefined) return undefined;
  const found = await input.references.secret(namespace, secret.name ?? "", signal);
  const value = found?.data?.[secret.key];
  if (value !== undefined) return decoded(value);
  if (secret.optional === true) return undefined;
  if (found === undefined) throw missing(`secret "${secret.name}" not found`);
  throw missing(`couldn't find key ${secret.key} in Secret ${namespace}/${secret.name}`);
}

/** An empty value counts as none. */
async function fromFile(
  { volumeName, path, key, optional }: core.FileKeySelector,
  { fileOf }: EnvironmentInput,
): Promise<string | undefined> {
  const value = envFileValue(await fileOf(volumeName, path), key);
  if (value !== "") return value;
  if (optional === true) return undefined;
  throw missing(`environment variable key "${key}" not found in file "${path}"`);
}

function decoded(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}

function missing(message: string): StartError {
  return new StartError("CreateContainerConfigError", message);
}
