/** Prefers nodes that have the pod's images, large ones first, weighed by how widely an image is spread already. */
import type { SchedulerPlugin } from "../framework.ts";

const mib = 1024 * 1024;
const least = 23 * mib;
const mostPerContainer = 1000 * mib;

export const imageLocality: SchedulerPlugin = {
  name: "ImageLocality",
  score(pod, cluster) {
    const containers = [...(pod.pod.spec.initContainers ?? []), ...pod.pod.spec.containers];
    const images = containers.map((one) => normalized(one.image ?? ""));
    const shares = images.map((image) => cluster.nodesWithImage(image) / Math.max(1, cluster.nodes.length));
    if (shares.every((one) => one === 0)) return undefined;
    const most = mostPerContainer * containers.length;
    return {
      normalize: "asIs",
      score(node) {
        const sum = images.reduce(
          (total, image, i) => total + (node.images.get(image) ?? 0) * (shares[i] ?? 0),
          0,
        );
        return Math.floor((100 * (Math.min(Math.max(sum, least), most) - least)) / (most - least));
      },
    };
  },
};

/** A name without tag or digest means `:latest`. */
function normalized(image: string): string {
  return image.lastIndexOf(":") > image.lastIndexOf("/") ? image : `${image}:latest`;
}
