/** hostPath: a path of the node itself. */
import type { VolumePlugin } from "../volume-plugin.ts";

export const hostPath: VolumePlugin = {
  directory: "kubernetes.io~host-path",
  async setUp({ volume, host }) {
    const { path = "", type = "" } = volume.hostPath ?? {};
    await host.hostPath(path, type);
    return path;
  },
};
