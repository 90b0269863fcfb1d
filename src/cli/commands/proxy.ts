/** `navarch proxy`: services and routes of one machine alone. */
import { cleanUpProxy, ClusterError, runProxy } from "#cluster";
import type { CliCommand } from "../command.ts";
import { runRole } from "../run-role.ts";

export const proxy: CliCommand = {
  name: "proxy",
  summary: "run only the service proxy of this machine",
  describe(command) {
    command
      .option("--kubeconfig <FILE>", "credentials of system:kube-proxy")
      .option("--node-name <NAME>", "name of this machine's node")
      .option("--cleanup", "take away what a proxy left on this machine, and end", false)
      .addHelpText("after", "\nIts rules stay when it ends; --cleanup takes them away.");
  },
  async run(options, _args, terminal) {
    if (options["cleanup"] === true) {
      await cleanUpProxy();
      return 0;
    }
    const { kubeconfig, nodeName } = options;
    if (typeof kubeconfig !== "string" || typeof nodeName !== "string") {
      const message = "Cannot run the proxy: it needs credentials and a node";
      throw new ClusterError("bad-option", message, "Give --kubeconfig FILE and --node-name NAME.");
    }
    return runRole(terminal, (signal) => runProxy({ kubeconfig, nodeName }, signal));
  },
};
