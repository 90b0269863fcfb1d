/** The door of `base/sim`: a whole world in virtual time, from a seed. */
export type { SimDisks } from "./disk.ts";
export type { SimNetworkOptions, SimNetworks } from "./network.ts";
export type { Script, ScriptContext, SimPrograms } from "./processes.ts";
export { SimError, type SimErrorCode } from "./sim-error.ts";
export { installTrap, type TurnSource } from "./trap.ts";
export { SimWorld, type SimWorldOptions } from "./world.ts";
