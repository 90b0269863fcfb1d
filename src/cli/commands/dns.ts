/** `navarch dns`: the cluster's DNS alone, where no other (as CoreDNS in pods) is installed. */
import { parseClusterDomain, runDns } from "#cluster";
import type { CliCommand } from "../command.ts";
import { runRole } from "../run-role.ts";

export const dns: CliCommand = {
  describe(command) {
    command
      .requiredOption("--kubeconfig <FILE>", "credentials of an administrator")
      .requiredOption("--node-name <NAME>", "name of this machine's node")
      .option("--listen-address <ADDR>", "where it answers (default: the node's pod-side address)")
      .option("--service-address <ADDR>", "of the Service kube-dns, where there is none yet", "10.96.0.10")
      .option("--cluster-domain <DOMAIN>", "what names of services end with", "cluster.local");
  },
  run(options, _args, terminal) {
    const config = {
      kubeconfig: String(options["kubeconfig"]),
      nodeName: String(options["nodeName"]),
      address: options["listenAddress"] as string | undefined,
      serviceAddress: String(options["serviceAddress"]),
      clusterDomain: parseClusterDomain(String(options["clusterDomain"])),
    };
    return runRole(terminal, (signal) => runDns(config, signal));
  },
};
