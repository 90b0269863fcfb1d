/** The door of `cli`. */
export { runCommandLine } from "./command-line.ts";
