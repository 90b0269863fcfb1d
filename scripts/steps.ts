/** Runs named commands, a few at once, with the seconds of each; shared by the gate and the whole test. */
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** Where programs are looked for: on PATH, and where `scripts/programs` unpacked those of the tests. */
export const searchPath = [
  process.env["PATH"],
  "/usr/local/sbin:/usr/sbin:/sbin",
  ...["usr/bin", "usr/sbin", "bin"].map((folder) => `${root}node_modules/.programs/${folder}`),
].join(":");

/** Compiled code is kept between the hundreds of processes of a gate: it halves the time of the unit tests. */
const compileCache = `${root}node_modules/.cache/compile`;

/** One command of a gate. Its output shows when it fails, or always with `loud`. */
export interface Step {
  readonly name: string;
  readonly command: readonly string[];
  readonly loud?: boolean;
  /** Nothing runs beside it: it waits for real things to happen in time. */
  readonly alone?: boolean;
  /** A reason why the step cannot run here, found before it starts. */
  readonly skip?: () => string | undefined;
}

/** The path of a development tool's program. */
export function tool(name: string): string {
  return `node_modules/.bin/${name}`;
}

/** All unit tests: the `*.test.ts` files beside the sources, but for those that wait for a real etcd. */
export function unitTestFiles(): readonly string[] {
  return globSync("src/**/*.test.ts", { cwd: root, exclude: [etcdTests] }).sort();
}

/** Tests against a real etcd, which mostly wait: a suite of `npm test`. */
export const etcdTests = "src/store/etcd/*.test.ts";

/** Steps that run at once, at most. */
export const lanes = Math.min(availableParallelism(), 4);

/** Runs every step, begun in their order; prints the table of seconds, and tells whether all passed. */
export async function runSteps(steps: readonly Step[]): Promise<boolean> {
  const outcomes = steps.map((): Outcome => ({ row: "", passed: true }));
  const running = new Set<Promise<void>>();
  let last: Step | undefined;
  for (const [index, step] of steps.entries()) {
    const most = step.alone === true || last?.alone === true ? 1 : lanes;
    while (running.size >= most) await Promise.race(running);
    last = step;
    const ended = outcomeOf(step).then((outcome) => {
      outcomes[index] = outcome;
      running.delete(ended);
    });
    running.add(ended);
  }
  await Promise.all(running);
  console.log(`\n${outcomes.map(({ row }) => row).join("\n")}\n`);
  return outcomes.every(({ passed }) => passed);
}

/** What the table says of a step. */
interface Outcome {
  readonly row: string;
  readonly passed: boolean;
}

async function outcomeOf(step: Step): Promise<Outcome> {
  const skipped = step.skip?.();
  if (skipped !== undefined) {
    return { row: `${"skipped".padStart(8)}  ${step.name}: ${skipped}`, passed: true };
  }
  const started = performance.now();
  const { code, output } = await run(step);
  const passed = code === 0;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (step.loud === true || !passed) console.log(output);
  console.log(`${passed ? "ok" : "FAILED"}  ${step.name} (${seconds} s)`);
  return { row: `${`${seconds} s`.padStart(8)}  ${step.name}${passed ? "" : "  FAILED"}`, passed };
}

/** A step in its own process group, so that one that hangs ends with all that it started. */
function run(step: Step): Promise<{ readonly code: number; readonly output: string }> {
  const [program = "", ...args] = step.command;
  return new Promise((resolve) => {
    const env = { ...process.env, PATH: searchPath, NODE_COMPILE_CACHE: compileCache };
    const child = spawn(program, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-200_000);
      });
    }
    const end = (code: number, more = ""): void => {
      clearTimeout(limit);
      process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
      resolve({ code, output: output + more });
    };
    const kill = (): void => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    };
    const interrupted = (): void => {
      kill();
      process.exit(130);
    };
    const limit = setTimeout(() => {
      kill();
      end(1, `\nStopped: it did not end in ${stepLimitMs / 60_000} minutes.\n`);
    }, stepLimitMs);
    process.on("SIGINT", interrupted).on("SIGTERM", interrupted);
    child.on("error", (error) => end(1, error.message));
    child.on("close", (code) => end(code ?? 1));
  });
}

/** Longer than any step takes, shorter than anybody's patience. */
const stepLimitMs = 15 * 60_000;
