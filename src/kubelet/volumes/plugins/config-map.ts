/** configMap: a file for each key. */
import { configMapPayload } from "../payload.ts";
import { payloadPlugin } from "../volume-plugin.ts";

export const configMap = payloadPlugin(
  "kubernetes.io~configmap",
  ({ pod, volume, sources }, signal) => {
    const { name = "", items, optional = false, defaultMode = 0o644 } = volume.configMap ?? {};
    return configMapPayload(pod, { name, items, optional, defaultMode }, sources, signal);
  },
  { inMemory: false },
);
