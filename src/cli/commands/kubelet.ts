/** `navarch kubelet`: one node's agent alone. */
import { runKubelet } from "#cluster";
import type { CliCommand } from "../command.ts";
import { runRole } from "../run-role.ts";

export const kubelet: CliCommand = {
  name: "kubelet",
  summary: "run only one node",
  describe(command) {
    command
      .requiredOption("--kubeconfig <FILE>", "credentials of system:node:NAME")
      .requiredOption("--node-name <NAME>", "name of the node");
  },
  run(options, _args, terminal) {
    return runRole(terminal, (signal) =>
      runKubelet(String(options["kubeconfig"]), String(options["nodeName"]), signal),
    );
  },
};
