/** `navarch node`: lets another machine join the cluster, or takes a node out of it. */
import { addNode, ClusterError, removeNode } from "#cluster";
import type { CliCommand } from "../command.ts";
import { stopSignal } from "../stop-signal.ts";

export const node: CliCommand = {
  describe(command) {
    command
      .argument("<ACTION>", "add or remove")
      .argument("<NODE>", "its name")
      .option("--name <NAME>", "name of the cluster", "navarch")
      .option("--data <DIR>", "where its state lives (default: by name)")
      .addHelpText(
        "after",
        "\nExample:\n  navarch up --listen 192.168.7.1:6443 --detach && navarch node add n2",
      );
  },
  async run(options, [action, name = ""], terminal) {
    const dataDir = options["data"] as string | undefined;
    const target = { name: String(options["name"]), dataDir, node: name };
    if (action === "add") {
      const { kubelet, proxy } = await addNode(target);
      terminal.print(
        [
          `Copy ${kubelet} and ${proxy} to the machine, and run there as root:`,
          `  navarch kubelet --kubeconfig kubelet-${name}.conf --node-name ${name} --node real`,
          `  navarch proxy --kubeconfig proxy.conf --node-name ${name}`,
        ].join("\n"),
      );
      return 0;
    }
    if (action === "remove") {
      const wasThere = await removeNode(target, stopSignal());
      terminal.print(
        wasThere
          ? `Node "${name}" is removed, and its pods move. Stop its kubelet, or it joins again.`
          : `There was no node "${name}".`,
      );
      return 0;
    }
    const message = `Cannot "node ${action} ${name}": it is not "add" or "remove"`;
    throw new ClusterError("bad-option", message, "Use navarch node add NAME.");
  },
};
