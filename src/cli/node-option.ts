/** What runs pods; of every command that runs a node. */
import { type Command, Option } from "commander";
import type { NodeMode } from "#cluster";

/** `--node MODE` and where its container runtime is. */
export function addNodeOptions(command: Command, otherwise: NodeMode): Command {
  const mode = new Option("--node <MODE>", "what runs pods");
  return command
    .addOption(mode.choices(["auto", "real", "virtual"]).default(otherwise))
    .option(
      "--container-runtime-endpoint <SOCKET>",
      "a runtime that is there already, as unix:///run/containerd/containerd.sock (default: a containerd of its own)",
    );
}
