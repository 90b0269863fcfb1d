/** The door of `kubelet`: the node agent, the interfaces of what lies under it, and their simulated twins. */
export { Kubelet, type KubeletDeps } from "./kubelet.ts";
export type { MachineInfo } from "./machine.ts";
export type { KubeletOptions } from "./options.ts";
export { ApiReferences, type References } from "./pod/references.ts";
export type { HttpProbe, ProbeDialer } from "./probe/dialer.ts";
export type { ImageService, RuntimeService } from "./runtime/runtime.ts";
export {
  SimDialer,
  SimImages,
  type SimImagesOptions,
  simLink,
  SimRuntime,
  type SimRuntimeOptions,
  SimVolumes,
} from "./runtime/sim/mod.ts";
export { type PodVolumes, VolumeError } from "./volumes/volumes.ts";
