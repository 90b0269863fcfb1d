/** `navarch up`: starts a cluster or continues where it stopped, and stays until Ctrl-C. */
import { launchDetached, MemoryAtRest, up as startUp, upOptions } from "#cluster";
import type { CliCommand } from "../command.ts";
import { addNodeOptions } from "../node-option.ts";
import { nodePortOption } from "../node-port-option.ts";
import { addServerOptions } from "../server-options.ts";
import { stopSignal } from "../stop-signal.ts";

/** How other commands are told the same. */
function dataOption({ data }: Readonly<Record<string, unknown>>): string {
  return data === undefined ? "" : ` --data ${String(data)}`;
}

export const up: CliCommand = {
  describe(command) {
    addServerOptions(addNodeOptions(command, "auto"))
      .option("--name <NAME>", "name of the cluster and of its kubectl context", "navarch")
      .option("--data <DIR>", "where its state lives (default: by name)")
      .option("--listen <ADDR:PORT>", "where the API listens", "127.0.0.1:6443")
      .option("--kubeconfig <FILE>", "the kubeconfig to merge the context into (default: as kubectl)")
      .option("--kubelet-port <PORT>", "where the kubelet of a real node listens", "10250")
      .option("--kubelet-config <FILE>", "a KubeletConfiguration for a real node")
      .option("--virtual-nodes <N>", "how many virtual nodes (default: 1, when pods cannot run here)")
      .option("--cluster-cidr <CIDR>", "where pods get addresses from", "10.244.0.0/16")
      .addOption(nodePortOption())
      .option("--detach", "return when the cluster is ready, and leave it running", false)
      .addHelpText("after", "\nExample:\n  navarch up && kubectl get nodes   (in another terminal)");
  },
  async run(options, _args, terminal) {
    const config = await upOptions(options);
    const stop = stopSignal();
    if (options["detach"] === true) {
      const info = await launchDetached(config, process.argv.slice(2), stop);
      terminal.print(`Cluster "${config.name}" runs at ${info.url} (process ${info.pid}).`);
      terminal.print(
        `Stop it with: navarch down${config.name === "navarch" ? "" : ` --name ${config.name}`}${dataOption(options)}`,
      );
      return 0;
    }
    await using cluster = await startUp(config, (step, ms) => terminal.step(step, ms), stop);
    using _atRest = new MemoryAtRest();
    terminal.print(cluster.welcome());
    await cluster.stopped(stop);
    terminal.note("\nStopping ...");
    return 0;
  },
};
