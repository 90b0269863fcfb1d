/** Real programs pass the processes contract. */
import { processesContract } from "../processes.contract.ts";
import { SystemProcesses } from "./processes.ts";

const shell = (script: string) => ({
  program: "/bin/sh",
  arguments: ["-c", script],
  environment: { PATH: "/usr/bin:/bin" },
});

processesContract("SystemProcesses", () => ({
  processes: new SystemProcesses(),
  echo: { program: "cat", arguments: [], environment: { PATH: "/usr/bin:/bin" } },
  fail: shell("printf complaint >&2; exit 3"),
  wait: shell("printf ready; exec sleep 600"),
  graceful: shell('trap "printf bye; exit 7" TERM; printf ready; while :; do sleep 0.05; done'),
  run: (fn) => fn(),
}));
