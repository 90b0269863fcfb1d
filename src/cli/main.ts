#!/usr/bin/env node
/**
 * The program: finds the command, runs it, and turns failures into a sentence with a remedy. A stack trace shows only
 * with NAVARCH_DEBUG=1.
 */
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

const caches = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
// In the environment, so that threads and children keep their compiled code there too.
process.env["NODE_COMPILE_CACHE"] ??= join(caches, "navarch");
enableCompileCache(process.env["NODE_COMPILE_CACHE"]);
const { runCommandLine } = await import("./command-line.ts");
// The command has ended, and all of it was disposed: no socket that lingers holds the process. Output to pipes is synchronous.
process.exit(await runCommandLine(process.argv.slice(2)));
