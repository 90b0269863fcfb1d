/** `navarch controller-manager`: the controllers alone, behind leader election. */
import { runControllerManager } from "#cluster";
import type { CliCommand } from "../command.ts";
import { runRole } from "../run-role.ts";

export const controllerManager: CliCommand = {
  name: "controller-manager",
  summary: "run only the controllers",
  describe(command) {
    command
      .requiredOption("--kubeconfig <FILE>", "credentials of system:kube-controller-manager")
      .option("--root-ca-file <FILE>", "CA to publish in every namespace (default: the kubeconfig's)");
  },
  run(options, _args, terminal) {
    const rootCa = options["rootCaFile"] as string | undefined;
    return runRole(terminal, (signal) => runControllerManager(String(options["kubeconfig"]), rootCa, signal));
  },
};
