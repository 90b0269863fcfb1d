/** `navarch status`: whether a cluster runs, where, and what it holds. Exit code 0 when ready, 3 when not running. */
import { Option } from "commander";
import { clusterStatus } from "#cluster";
import type { CliCommand } from "../command.ts";

export const status: CliCommand = {
  describe(command) {
    command
      .option("--name <NAME>", "name of the cluster", "navarch")
      .option("--data <DIR>", "where its state lives (default: by name)")
      .addOption(
        new Option("-o, --output <FORMAT>", "for programs, or for people")
          .choices(["json", "text"])
          .default("text"),
      );
  },
  async run(options, _args, terminal) {
    const found = await clusterStatus({
      name: String(options["name"]),
      dataDir: options["data"] as string | undefined,
    });
    if (options["output"] === "json") terminal.json(found);
    else
      terminal.print(
        Object.entries(found)
          .map(([key, value]) => `${key.padEnd(12)} ${String(value)}`)
          .join("\n"),
      );
    return found.state === "ready" ? 0 : 3;
  },
};
