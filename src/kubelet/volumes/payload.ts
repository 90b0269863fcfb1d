/**
 * Files of volumes whose content comes from the API: keys of ConfigMaps and Secrets, fields of the pod, and
 * tokens. A missing object or key is an error unless it is optional.
 */
import { Buffer } from "node:buffer";
import type { ConfigMap, core, Pod, Secret } from "#api";
import { containerResource, podField } from "../pod/config/downward.ts";
import type { References } from "../pod/references.ts";
import { runAsUserOf } from "../pod/config/security.ts";
import type { ServiceAccountTokens } from "./service-account-tokens.ts";

/** One file of a volume. */
export interface PayloadFile {
  readonly bytes: Uint8Array;
  readonly mode: number;
  /** Default: root. */
  readonly user?: number;
}

/** By path below the volume (`a`, `b/c`). */
export type Payload = ReadonlyMap<string, PayloadFile>;

/** Where content comes from. */
export interface PayloadSources {
  readonly references: Pick<References, "configMap" | "secret">;
  readonly tokens: Pick<ServiceAccountTokens, "token">;
  /** For resource fields of containers without limits. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** A message for the FailedMount event. */
export class PayloadError extends Error {}

interface KeySelection {
  readonly name: string;
  readonly items: readonly core.KeyToPath[] | undefined;
  readonly optional: boolean;
  readonly defaultMode: number;
}

export async function configMapPayload(
  pod: Pod,
  selection: KeySelection,
  { references }: PayloadSources,
  signal: AbortSignal,
): Promise<Payload> {
  const found = await references.configMap(pod.metadata.namespace ?? "", selection.name, signal);
  if (found === undefined) {
    if (selection.optional) return new Map();
    throw new PayloadError(`configmap "${selection.name}" not found`);
  }
  return select("configmap", configMapContent(found), selection);
}

export async function secretPayload(
  pod: Pod,
  selection: KeySelection,
  { references }: PayloadSources,
  signal: AbortSignal,
): Promise<Payload> {
  const found = await references.secret(pod.metadata.namespace ?? "", selection.name, signal);
  if (found === undefined) {
    if (selection.optional) return new Map();
    throw new PayloadError(`secret "${selection.name}" not found`);
  }
  return select("secret", secretContent(found), selection);
}

export function downwardPayload(
  pod: Pod,
  items: readonly core.DownwardAPIVolumeFile[],
  defaultMode: number,
  { allocatable }: PayloadSources,
): Payload {
  const [first] = pod.spec.containers;
  const files = items.map((item): readonly [string, PayloadFile] => {
    const text =
      item.fieldRef !== undefined
        ? podField(item.fieldRef.fieldPath, { pod, podIPs: [], hostIPs: [] })
        : item.resourceFieldRef !== undefined && first !== undefined
          ? containerResource(item.resourceFieldRef, {
              pod,
              container: first,
              podIPs: [],
              hostIPs: [],
              allocatable,
            })
          : "";
    return [item.path, { bytes: Buffer.from(text, "utf8"), mode: item.mode ?? defaultMode }];
  });
  return new Map(files);
}

/** A token is for those who run in the pod alone, where it is known who they are; else for all who see the file. */
export async function tokenPayload(
  pod: Pod,
  projection: core.ServiceAccountTokenProjection,
  defaultMode: number,
  { tokens }: PayloadSources,
  signal: AbortSignal,
): Promise<Payload> {
  const token = await tokens.token(pod, projection, signal);
  const user = onlyUserOf(pod);
  const isOwned = user !== undefined || pod.spec.securityContext?.fsGroup !== undefined;
  const mode = isOwned ? 0o600 : defaultMode;
  const file = { bytes: Buffer.from(token, "utf8"), mode, ...(user === undefined ? {} : { user }) };
  return new Map([[projection.path, file]]);
}

/** The user of all containers, when the pod says that they have the same. */
function onlyUserOf(pod: Pod): number | undefined {
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  const users = new Set(containers.map((container) => runAsUserOf(pod, container)));
  return users.size === 1 ? [...users][0] : undefined;
}

/** Later sources win, as upstream's do. */
export function merged(payloads: readonly Payload[]): Payload {
  return new Map(payloads.flatMap((one) => [...one]));
}

function select(
  kind: "configmap" | "secret",
  content: ReadonlyMap<string, Uint8Array>,
  { items = [], optional, defaultMode }: KeySelection,
): Payload {
  const all = [...content.keys()].map((key) => ({ key, path: key, mode: undefined }));
  const files: (readonly [string, PayloadFile])[] = [];
  for (const { key, path, mode } of items.length === 0 ? all : items) {
    const bytes = content.get(key);
    if (bytes !== undefined) files.push([path, { bytes, mode: mode ?? defaultMode }]);
    else if (!optional)
      throw new PayloadError(
        `${kind === "configmap" ? "configmap " : ""}references non-existent ${kind === "configmap" ? "config" : "secret"} key: ${key}`,
      );
  }
  return new Map(files);
}

function configMapContent({ data = {}, binaryData = {} }: ConfigMap): ReadonlyMap<string, Uint8Array> {
  return new Map([
    ...Object.entries(data).map(([key, text]) => [key, Buffer.from(text, "utf8")] as const),
    ...Object.entries(binaryData).map(([key, base64]) => [key, Buffer.from(base64, "base64")] as const),
  ]);
}

function secretContent({ data = {} }: Secret): ReadonlyMap<string, Uint8Array> {
  return new Map(Object.entries(data).map(([key, base64]) => [key, Buffer.from(base64, "base64")] as const));
}
