/** downwardAPI: fields of the pod as files. */
import { downwardPayload } from "../payload.ts";
import { payloadPlugin } from "../volume-plugin.ts";

export const downwardApi = payloadPlugin(
  "kubernetes.io~downward-api",
  async ({ pod, volume, sources }) => {
    const { items = [], defaultMode = 0o644 } = volume.downwardAPI ?? {};
    return downwardPayload(pod, items, defaultMode, sources);
  },
  { inMemory: true },
);
