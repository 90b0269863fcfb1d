/** `navarch proxy`: services and routes of one machine alone. */
import { Option } from "commander";
import { cleanUpProxy, ClusterError, flagsOf, parseClusterCidr, type ProxyMode, runProxy } from "#cluster";
import type { CliCommand } from "../command.ts";
import { nodePortOption } from "../node-port-option.ts";
import { runRole } from "../run-role.ts";

export const proxy: CliCommand = {
  describe(command) {
    command
      .option("--kubeconfig <FILE>", "credentials of system:kube-proxy")
      .option("--node-name <NAME>", "name of this machine's node")
      .addOption(
        new Option("--proxy-mode <MODE>", "by rules of the kernel, as root, or by sockets of this process")
          .choices(["nftables", "userspace"])
          .default("nftables"),
      )
      .option("--cluster-cidr <CIDR>", "of all nodes' pods", "10.244.0.0/16")
      .addOption(nodePortOption())
      .option("--cleanup", "take away what a proxy left on this machine, and end", false)
      .addHelpText("after", "\nIts rules stay when it ends; --cleanup takes them away. Sockets end with it.");
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
    const mode = String(options["proxyMode"]) as ProxyMode;
    const nodePortAddresses = String(options["nodeportAddresses"]);
    const clusterCidr = parseClusterCidr(String(options["clusterCidr"]));
    const flags = flagsOf(options);
    const config = { kubeconfig, nodeName, mode, nodePortAddresses, clusterCidr, flags };
    return runRole(terminal, (signal) => runProxy(config, signal));
  },
};
