/** `navarch up --detach`: a process of its own, which is left when it is ready. */
import { spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { ClusterError } from "./errors.ts";
import { claim, type RunInfo, readRunInfo } from "./run-file.ts";
import type { UpConfig } from "./up-options.ts";

/** Starts `navarch up` as a process of its own, and resolves when it is ready; ends it when `signal` aborts before. */
export async function launchDetached(
  config: UpConfig,
  args: readonly string[],
  signal: AbortSignal,
): Promise<RunInfo> {
  claim(config.dataDir, config.name);
  const logFile = join(config.dataDir, "navarch.log");
  const log = openSync(logFile, "a", 0o600);
  const { size } = fstatSync(log);
  const program = [...process.execArgv, process.argv[1] ?? "", ...args.filter((one) => one !== "--detach")];
  const child = spawn(process.execPath, program, { detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  child.unref();
  const watcher = watch(config.dataDir);
  const stop = (): unknown => child.kill();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise<RunInfo>((resolve_, reject) => {
      const look = (): void => {
        const info = readRunInfo(config.dataDir);
        if (info?.state === "ready") resolve_(info);
      };
      watcher.on("change", look);
      child.on("exit", () => {
        if (signal.aborted) return reject(signal.reason);
        const message = `The cluster "${config.name}" ended while it started`;
        const last = lastWords(readFileSync(logFile).subarray(size).toString("utf8"));
        reject(new ClusterError("start-failed", `${message}: ${last}`, `Its whole log is ${logFile}.`));
      });
      look();
    });
  } finally {
    watcher.close();
    signal.removeEventListener("abort", stop);
    child.removeAllListeners("exit");
  }
}

/** What a program that failed has said of it at its end. */
function lastWords(output: string): string {
  return (/^error: (.*)$/ms.exec(output)?.[1] ?? output.slice(-500)).trim();
}
