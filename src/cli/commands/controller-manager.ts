/** `navarch controller-manager`: the controllers alone, behind leader election. */
import { parseClusterCidr, parseTimeSpan, runControllerManager } from "#cluster";
import type { CliCommand } from "../command.ts";
import { runRole } from "../run-role.ts";

export const controllerManager: CliCommand = {
  describe(command) {
    command
      .requiredOption("--kubeconfig <FILE>", "credentials of system:kube-controller-manager")
      .option("--root-ca-file <FILE>", "CA to publish in every namespace (default: the kubeconfig's)")
      .option("--allocate-node-cidrs", "give each node its range of pod addresses", false)
      .option("--cluster-cidr <CIDR>", "where those ranges are cut from", "10.244.0.0/16")
      .option("--node-monitor-grace-period <TIME>", "how long a node may be silent", "50s");
  },
  run(options, _args, terminal) {
    const config = {
      kubeconfig: String(options["kubeconfig"]),
      rootCaFile: options["rootCaFile"] as string | undefined,
      nodeMonitorGracePeriodMs: parseTimeSpan(
        "--node-monitor-grace-period",
        String(options["nodeMonitorGracePeriod"]),
      ),
      allocateNodeCidrs: options["allocateNodeCidrs"] === true,
      clusterCidr: parseClusterCidr(String(options["clusterCidr"])),
    };
    return runRole(terminal, (signal) => runControllerManager(config, signal));
  },
};
