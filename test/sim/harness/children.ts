/** Lives in child processes, so that they use all cores and may have planted bugs or other heaps. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { LifeName } from "./run.ts";

/** `RunResult` as a child tells it. */
export interface ChildResult {
  readonly seed: string;
  readonly life: LifeName;
  readonly digest: string;
  readonly simulatedHours: number;
  readonly commits: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly crashPoints: Readonly<Record<string, number>>;
  readonly endState: readonly string[];
  readonly rules: readonly string[];
  readonly findings: string;
}

export interface ChildOptions {
  readonly first: number;
  readonly step?: number;
  readonly count: number;
  /** No new seed begins after so long. */
  readonly seconds: number;
  readonly stopAtFinding?: boolean;
  /** Name of a planted bug. */
  readonly plant?: string;
  /** Flags of Node. */
  readonly flags?: readonly string[];
}

const program = fileURLToPath(new URL("../seeds.ts", import.meta.url));
const hook = new URL("../plant-hook.ts", import.meta.url).href;

/** The results in order; rejects when the child fails, with what it said. */
export function runSeeds(options: ChildOptions): Promise<readonly ChildResult[]> {
  const { first, step = 1, count, seconds, stopAtFinding = false, plant, flags = [] } = options;
  const imports = plant === undefined ? [] : ["--import", hook];
  const args = [...flags, ...imports, program, ...[first, step, count, seconds].map(String)];
  const child = spawn(process.execPath, stopAtFinding ? [...args, "stop"] : args, {
    env: { ...process.env, ...(plant === undefined ? {} : { PLANT: plant }) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let complaint = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr
    .setEncoding("utf8")
    .on("data", (text: string) => (complaint = (complaint + text).slice(-8_000)));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      const lines = output.split("\n").filter((line) => line !== "");
      if (code === 0) resolve(lines.map((line) => JSON.parse(line) as ChildResult));
      else reject(new Error(`Seeds from ${first} ended with code ${code}: ${complaint}`));
    });
  });
}

/** Runs `jobs` on two cores, in order. */
export async function onTwoCores<T>(jobs: readonly (() => Promise<T>)[]): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < jobs.length) {
      const at = next;
      next += 1;
      const job = jobs[at];
      if (job !== undefined) results[at] = await job();
    }
  };
  await Promise.all([work(), work()]);
  return results;
}
