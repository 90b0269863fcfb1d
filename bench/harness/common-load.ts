/**
 * The common load (`bench/api.mjs` in the folder shared beside the repository), when it is there: run
 * phase by phase, so that what the server pays is told for each.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Target } from "./lean-connection.ts";

const execute = promisify(execFile);
const program = join(import.meta.dirname, "../../../shared/bench/api.mjs");

export const commonLoadExists = existsSync(program);

export interface CommonLoadSize {
  readonly objects: number;
  readonly connections: number;
  readonly watchers: number;
  readonly events: number;
  /** Default: all. */
  readonly phases?: readonly string[];
}

export type PhaseResult = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * Runs one phase (`create`, `get`, `patch`, ...), in the order of the program: the later ones need the
 * earlier.
 */
export async function commonLoad(target: Target, phase: string, size: CommonLoadSize): Promise<PhaseResult> {
  const { stdout, stderr } = await execute(
    process.execPath,
    [
      [program, "--only", phase],
      ["--server", `https://${target.host}:${target.port}`, "--token", target.token],
      ["--n", String(size.objects), "--conc", String(size.connections)],
      ["--watchers", String(size.watchers), "--events", String(size.events)],
    ].flat(),
    { maxBuffer: 1 << 24 },
  );
  if (stderr !== "") console.error(stderr.slice(0, 500));
  return JSON.parse(stdout) as PhaseResult;
}
