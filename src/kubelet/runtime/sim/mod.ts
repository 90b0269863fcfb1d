/** The twins of what a node has under its kubelet. Only the composition root and tests choose them. */
export { SimImages, type SimImagesOptions } from "./images.ts";
export { SimCgroups } from "./sim-cgroups.ts";
export { SimDialer } from "./sim-dialer.ts";
export { simLink } from "./sim-link.ts";
export { SimRuntime, type SimRuntimeOptions } from "./sim-runtime.ts";
export { SimStats } from "./sim-stats.ts";
export { SimStreams } from "./sim-streams.ts";
export { SimVolumes } from "./sim-volumes.ts";
export { SimManifests } from "./sim-manifests.ts";
