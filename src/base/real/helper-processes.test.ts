/** Programs by a helper pass the processes contract, and a dead helper is told of and replaced. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ProcessError, runToEnd } from "../processes.ts";
import { processesContract } from "../processes.contract.ts";
import { createRealEnv } from "./env.ts";
import { HelperProcesses } from "./helper-processes.ts";

const { signal } = new AbortController();
const environment = { PATH: "/usr/bin:/bin" };
const shell = (script: string) => ({ program: "/bin/sh", arguments: ["-c", script], environment });
const quiet = createRealEnv({ name: "test", logLevel: "error" });

processesContract("HelperProcesses", () => {
  const processes = new HelperProcesses(quiet);
  return {
    processes,
    echo: { program: "cat", arguments: [], environment },
    fail: shell("printf complaint >&2; exit 3"),
    wait: shell("printf ready; exec sleep 600"),
    graceful: shell('trap "printf bye; exit 7" TERM; printf ready; while :; do sleep 0.05; done'),
    run: async (fn) => {
      await fn();
      await processes[Symbol.asyncDispose]();
    },
  };
});

test("HelperProcesses: when the helper dies its programs are killed and said to be, and the next one starts", async () => {
  await using processes = new HelperProcesses(quiet);
  const child = await processes.spawn(shell("printf ready; exec sleep 600"), signal);
  await child.output[Symbol.asyncIterator]().next();
  const helper = processes.helperId ?? 0;
  process.kill(helper, "SIGKILL");
  assert.deepEqual(await child.exited, { signal: "SIGKILL" });
  await assert.rejects(child.write(Buffer.from("x")), ProcessError);
  await ended(child.id);
  const { output } = await runToEnd(processes, shell("printf again"), { maxOutputBytes: 100 }, signal);
  assert.equal(Buffer.from(output).toString(), "again");
  assert.notEqual(processes.helperId, helper);
});

test("HelperProcesses: a program that is left behind by its owner's end runs on", async () => {
  const processes = new HelperProcesses(quiet);
  const child = await processes.spawn(shell("exec sleep 600 </dev/null >/dev/null 2>&1"), signal);
  await processes[Symbol.asyncDispose]();
  process.kill(child.id, 0);
  process.kill(child.id, "SIGKILL");
  await assert.rejects(processes.spawn(shell("true"), signal), { code: "failed" });
});

/** Resolves when a process has ended, reaped or not. */
async function ended(pid: number): Promise<void> {
  const state = (): string => {
    try {
      return readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /, "")
        .charAt(0);
    } catch {
      return "";
    }
  };
  while (!["", "Z"].includes(state())) await quiet.clock.sleep(5);
}
