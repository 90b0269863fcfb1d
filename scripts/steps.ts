/** Runs named commands, a few at once, with the seconds of each; shared by the gate and the whole test. */
import { spawn } from "node:child_process";
import { globSync, writeFileSync } from "node:fs";
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

/** One command of a gate. Its output shows when it fails; of one that passes, what tests measured and skipped. */
export interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** It has real containers, whose times are limited: one at a time, and the others make room for it. */
  readonly containers?: boolean;
  /** A reason why the step cannot run here, found before it starts. */
  readonly skip?: () => string | undefined;
}

/** The path of a development tool's program. */
export function tool(name: string): string {
  return `node_modules/.bin/${name}`;
}

/** A process that runs test files; `program` may be one that imports them. */
export function testCommand(
  timeoutSeconds: number,
  program: string,
  ...args: readonly string[]
): readonly string[] {
  const options = ["--import=./test/testing/no-promise-hooks.ts", "--test-reporter=spec"];
  return ["bin/node", ...options, `--test-timeout=${timeoutSeconds * 1_000}`, program, ...args];
}

/** Tests beside the sources that wait for a real etcd or change a real kernel: suites of `npm test`. */
export const outsideTests = {
  etcd: "src/store/etcd/*.test.ts",
  kernel: "src/network/{node/{forwarding,node-network},proxy/{interactive-nft,kernel,packets}}.test.ts",
} as const;

/** All other tests beside the sources. */
export function unitTestFiles(): readonly string[] {
  return globSync("src/**/*.test.ts", { cwd: root, exclude: Object.values(outsideTests) }).sort();
}

/** Steps that run at once, at most. */
export const lanes = Math.min(availableParallelism(), 4);

/** Runs every step, begun in their order where they may; prints the table of seconds, and tells whether all passed. */
export async function runSteps(steps: readonly Step[]): Promise<boolean> {
  const outcomes = new Map<Step, Outcome>();
  const waiting = new Set(steps);
  const running = new Map<Step, Promise<void>>();
  const mayBegin = (step: Step): boolean =>
    step.containers !== true || ![...running.keys()].some(({ containers }) => containers);
  while (waiting.size + running.size > 0) {
    const next = running.size < lanes ? [...waiting].find(mayBegin) : undefined;
    if (next === undefined) {
      await Promise.race(running.values());
      continue;
    }
    waiting.delete(next);
    const ended = outcomeOf(next).then((outcome) => {
      outcomes.set(next, outcome);
      running.delete(next);
    });
    running.set(next, ended);
  }
  const ordered = steps.flatMap((step) => outcomes.get(step) ?? []);
  console.log(`\n${ordered.map(({ row }) => row).join("\n")}\n`);
  return ordered.every(({ passed }) => passed);
}

/** What the table says of a step. */
interface Outcome {
  readonly row: string;
  readonly passed: boolean;
}

async function outcomeOf(step: Step): Promise<Outcome> {
  const absent = step.skip?.();
  if (absent !== undefined) {
    return { row: `${"skipped".padStart(8)}  ${step.name}: ${absent}`, passed: true };
  }
  const started = performance.now();
  const { code, output } = await run(step);
  const passed = code === 0;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (!passed) console.log(output);
  const skipped = skippedTests(output);
  console.log(`${passed ? "ok" : "FAILED"}  ${step.name} (${seconds} s)${skipped}`);
  if (passed) for (const line of diagnostics(output)) console.log(`      ${line}`);
  return { row: `${`${seconds} s`.padStart(8)}  ${step.name}${passed ? "" : "  FAILED"}${skipped}`, passed };
}

/** The lines of what tests told with `context.diagnostic`, without the runner's counts. */
function diagnostics(output: string): readonly string[] {
  const told = output.matchAll(
    /^ *ℹ (?!(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) )(.+(?:\n(?! *[ℹ✔✖▶﹣]).+)*)/gmu,
  );
  return Array.from(told, ([, lines = ""]) => lines.split("\n")).flat();
}

/** What of a test process's output says that tests were skipped, each reason once. */
function skippedTests(output: string): string {
  const reasons = Array.from(output.matchAll(/^ *﹣ .* # (.+)$/gmu), ([, reason]) => reason);
  return reasons.length === 0 ? "" : `; ${reasons.length} skipped: ${[...new Set(reasons)].join("; ")}`;
}

/** A step in its own process group, so that one that hangs ends with all that it started. */
function run(step: Step): Promise<{ readonly code: number; readonly output: string }> {
  const [program = "", ...args] = step.containers === true ? step.command : ["nice", ...step.command];
  return new Promise((resolve) => {
    const env = { ...process.env, PATH: searchPath, NODE_COMPILE_CACHE: compileCache };
    const child = spawn(program, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    if (step.containers !== true) makeRoom(child.pid);
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

/** Linux shares processors between sessions first, and a session has a niceness of its own where it does. */
function makeRoom(session: number | undefined): void {
  try {
    writeFileSync(`/proc/${session}/autogroup`, "10");
  } catch {
    // Then `nice` is all that can be had.
  }
}

/** Longer than any step takes, shorter than anybody's patience. */
const stepLimitMs = 15 * 60_000;
