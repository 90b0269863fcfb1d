/** The messages of CRI v1's ImageService. */
import { message } from "#base/rpc";
import { imageSpec, sandboxConfigMessage, wrapped } from "./messages.ts";
import { filesystemUsage } from "./stats-messages.ts";

export const imageRequest = message({ image: [1, imageSpec] });
export const imageMessage = message({
  id: [1, "text"],
  repoTags: [2, "text", "many"],
  repoDigests: [3, "text", "many"],
  sizeBytes: [4, "int"],
  uid: [5, wrapped],
  userName: [6, "text"],
  pinned: [8, "bool"],
});
export const imageStatusResponse = message({ image: [1, imageMessage] });
export const listImagesResponse = message({ images: [1, imageMessage, "many"] });
const auth = message({
  username: [1, "text"],
  password: [2, "text"],
  serverAddress: [4, "text"],
  identityToken: [5, "text"],
  registryToken: [6, "text"],
});
export const pullImageRequest = message({
  image: [1, imageSpec],
  auth: [2, auth],
  sandbox: [3, sandboxConfigMessage],
});
export const pullImageResponse = message({ imageRef: [1, "text"] });
export const imageFsInfoResponse = message({ filesystems: [1, filesystemUsage, "many"] });
