/** emptyDir: a directory, or memory, that lives as long as the pod. */
import { type Pod, Quantity } from "#api";
import { limitsDeclared, limitsOf } from "../../pod/requests.ts";
import { PayloadError } from "../payload.ts";
import { groupOf, type VolumePlugin } from "../volume-plugin.ts";

export const emptyDir: VolumePlugin = {
  directory: "kubernetes.io~empty-dir",
  async setUp({ pod, volume, path, host }, signal) {
    const { medium = "", sizeLimit } = volume.emptyDir ?? {};
    if (medium === "Memory") {
      await host.memory(path, memorySize(pod, sizeLimit), signal);
    } else if (medium !== "") {
      throw new PayloadError(`unknown storage medium "${medium}"`);
    }
    await host.directory(path, groupOf(pod));
    return path;
  },
};

/** What it may hold: its own limit, or the pod's memory where that is less; undefined for neither. */
function memorySize(pod: Pod, sizeLimit: string | undefined): number | undefined {
  const own = sizeLimit === undefined ? 0 : Quantity.parse(sizeLimit).toUnits();
  const whole = limitsDeclared(pod, "memory") ? (limitsOf(pod).get("memory")?.toUnits() ?? 0) : 0;
  const bounds = [own, whole].filter((one) => one > 0);
  return bounds.length === 0 ? undefined : Math.min(...bounds);
}
