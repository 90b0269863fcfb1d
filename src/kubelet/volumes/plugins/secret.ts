/** secret: a file for each key, never on a disk. */
import { secretPayload } from "../payload.ts";
import { payloadPlugin } from "../volume-plugin.ts";

export const secret = payloadPlugin(
  "kubernetes.io~secret",
  ({ pod, volume, sources }, signal) => {
    const { secretName: name = "", items, optional = false, defaultMode = 0o644 } = volume.secret ?? {};
    return secretPayload(pod, { name, items, optional, defaultMode }, sources, signal);
  },
  { inMemory: true },
);
