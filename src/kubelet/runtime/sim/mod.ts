/** The twins of what a node has under its kubelet. Only the composition root and tests choose them. */
export { SimVolumes } from "./sim-volumes.ts";
export { SimImages, type SimImagesOptions } from "./images.ts";
export { SimDialer } from "./sim-dialer.ts";
export { SimRuntime, type SimRuntimeOptions } from "./sim-runtime.ts";
