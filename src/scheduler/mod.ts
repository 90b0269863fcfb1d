/** The door of `scheduler`. */
export { defaultPlugins } from "./plugins/mod.ts";
export { Scheduler, type SchedulerDeps, type SchedulerOptions } from "./scheduler.ts";
