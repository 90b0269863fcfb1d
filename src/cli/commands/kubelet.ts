/** `navarch kubelet`: one node's agent alone. */
import {
  checkNodeName,
  dataDirOf,
  flagsOf,
  type NodeMode,
  parsePort,
  parseRuntimeEndpoint,
  runKubelet,
} from "#cluster";
import type { CliCommand } from "../command.ts";
import { addNodeOptions } from "../node-option.ts";
import { runRole } from "../run-role.ts";

export const kubelet: CliCommand = {
  describe(command) {
    addNodeOptions(command, "virtual")
      .requiredOption("--kubeconfig <FILE>", "credentials of system:node:NAME")
      .requiredOption("--node-name <NAME>", "name of the node")
      .option("--data <DIR>", "where a real node keeps its containers (default: as navarch up)")
      .option("--config <FILE>", "a KubeletConfiguration for a real node")
      .option("--kubelet-port <PORT>", "where its server listens (default: 10250 on a real node, else any)");
  },
  run(options, _args, terminal) {
    const port = options["kubeletPort"];
    const endpoint = options["containerRuntimeEndpoint"] as string | undefined;
    const config = {
      kubeconfig: String(options["kubeconfig"]),
      nodeName: checkNodeName(String(options["nodeName"])),
      node: String(options["node"]) as NodeMode,
      dataDir: dataDirOf("navarch", options["data"] as string | undefined),
      ...(endpoint === undefined ? {} : { runtimeEndpoint: parseRuntimeEndpoint(endpoint) }),
      configFile: options["config"] as string | undefined,
      port: port === undefined ? undefined : parsePort("--kubelet-port", String(port), 10_250),
      flags: flagsOf(options),
    };
    return runRole(terminal, (signal) => runKubelet(config, signal));
  },
};
