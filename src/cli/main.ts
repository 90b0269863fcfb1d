#!/usr/bin/env node
/**
 * The program: finds the command, runs it, and turns failures into a sentence with a remedy. A stack trace shows only
 * with NAVARCH_DEBUG=1.
 */
import { enableCompileCache } from "node:module";

enableCompileCache();
const { runCommandLine } = await import("./command-line.ts");
process.exitCode = await runCommandLine(process.argv.slice(2));
