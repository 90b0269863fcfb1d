/** projected: tokens, ConfigMaps, Secrets and fields of the pod in one directory, in memory. */
import type { core } from "#api";
import {
  configMapPayload,
  downwardPayload,
  merged,
  type Payload,
  PayloadError,
  secretPayload,
  tokenPayload,
} from "../payload.ts";
import { payloadPlugin, type VolumeWork } from "../volume-plugin.ts";

export const projected = payloadPlugin(
  "kubernetes.io~projected",
  async (work, signal) => {
    const { sources = [], defaultMode = 0o644 } = work.volume.projected ?? {};
    const parts: Payload[] = [];
    for (const source of sources ?? []) parts.push(await partOf(source, defaultMode, work, signal));
    return merged(parts);
  },
  { inMemory: true },
);

async function partOf(
  source: core.VolumeProjection,
  defaultMode: number,
  { pod, sources }: VolumeWork,
  signal: AbortSignal,
): Promise<Payload> {
  const { configMap, secret, downwardAPI, serviceAccountToken } = source;
  if (configMap !== undefined) {
    const { name = "", items, optional = false } = configMap;
    return configMapPayload(pod, { name, items, optional, defaultMode }, sources, signal);
  }
  if (secret !== undefined) {
    const { name = "", items, optional = false } = secret;
    return secretPayload(pod, { name, items, optional, defaultMode }, sources, signal);
  }
  if (downwardAPI !== undefined) return downwardPayload(pod, downwardAPI.items ?? [], defaultMode, sources);
  if (serviceAccountToken !== undefined)
    return tokenPayload(pod, serviceAccountToken, defaultMode, sources, signal);
  throw new PayloadError("a source of the projected volume is of a kind that this node does not have");
}
