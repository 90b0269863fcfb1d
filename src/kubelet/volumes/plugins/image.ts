/** image: a directory for the files of an image, which are mounted when its image is there (`pod/image-volumes.ts`). */
import type { VolumePlugin } from "../volume-plugin.ts";

export const image: VolumePlugin = {
  directory: "kubernetes.io~image",
  readOnly: true,
  unmappable: true,
  async setUp({ path, host }) {
    await host.directory(path, undefined);
    return path;
  },
};
