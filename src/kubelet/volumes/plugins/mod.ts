/** The kinds of volumes that a node makes ready, by the field of `Volume` that asks for each. */
import type { Volume } from "#api";
import type { VolumePlugin } from "../volume-plugin.ts";
import { configMap } from "./config-map.ts";
import { downwardApi } from "./downward-api.ts";
import { emptyDir } from "./empty-dir.ts";
import { hostPath } from "./host-path.ts";
import { image } from "./image.ts";
import { projected } from "./projected.ts";
import { secret } from "./secret.ts";

const plugins = {
  emptyDir,
  hostPath,
  configMap,
  secret,
  downwardAPI: downwardApi,
  projected,
  image,
} as const satisfies Partial<Record<keyof Volume, VolumePlugin>>;

export function pluginOf(volume: Volume): VolumePlugin | undefined {
  for (const [source, plugin] of Object.entries(plugins))
    if (volume[source as keyof typeof plugins] !== undefined) return plugin;
  return undefined;
}
