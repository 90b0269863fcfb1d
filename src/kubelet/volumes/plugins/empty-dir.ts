/** emptyDir: a directory, or memory, that lives as long as the pod. */
import { Quantity } from "#api";
import { PayloadError } from "../payload.ts";
import { groupOf, type VolumePlugin } from "../volume-plugin.ts";

export const emptyDir: VolumePlugin = {
  directory: "kubernetes.io~empty-dir",
  async setUp({ pod, volume, path, host }, signal) {
    const { medium = "", sizeLimit } = volume.emptyDir ?? {};
    if (medium === "Memory") {
      const limit = sizeLimit === undefined ? 0n : Quantity.parse(sizeLimit).nanos / 1_000_000_000n;
      await host.memory(path, limit > 0n ? Number(limit) : undefined, signal);
    } else if (medium !== "") {
      throw new PayloadError(`unknown storage medium "${medium}"`);
    }
    await host.directory(path, groupOf(pod));
    return path;
  },
};
