/** The door of `controllers`: the manager, the table, and what a controller is. */
export type { Controller, ControllerDefinition, ControllerDeps, Queue, Turn } from "./controller.ts";
export {
  ControllerManager,
  type ControllerManagerDeps,
  type ControllerManagerOptions,
} from "./controller-manager.ts";
export { controllers } from "./controllers.ts";
export type { ControllerOptions } from "./options.ts";
