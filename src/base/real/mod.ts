/** The door of `base/real`: the machine itself. Only `cluster`, `cli` and tests come through it. */
export { FileSystemDisk } from "./disk.ts";
export { createRealEnv, type RealEnvOptions } from "./env.ts";
export { HelperProcesses } from "./helper-processes.ts";
export { MemoryAtRest } from "./memory-at-rest.ts";
export { SystemProcesses } from "./processes.ts";
