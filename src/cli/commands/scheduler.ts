/** `navarch scheduler`: the scheduler alone. */
import { runScheduler } from "#cluster";
import type { CliCommand } from "../command.ts";
import { runRole } from "../run-role.ts";

export const scheduler: CliCommand = {
  describe(command) {
    command.requiredOption("--kubeconfig <FILE>", "credentials of system:kube-scheduler");
  },
  run(options, _args, terminal) {
    return runRole(terminal, (signal) => runScheduler(String(options["kubeconfig"]), signal));
  },
};
