/** `navarch down`: stops a running cluster; its state stays unless `--purge`. */
import { down as stopCluster } from "#cluster";
import type { CliCommand } from "../command.ts";

export const down: CliCommand = {
  describe(command) {
    command
      .option("--name <NAME>", "name of the cluster", "navarch")
      .option("--data <DIR>", "where its state lives (default: by name)")
      .option("--purge", "remove its state and its kubectl context too", false);
  },
  async run(options, _args, terminal) {
    const result = await stopCluster({
      name: String(options["name"]),
      dataDir: options["data"] as string | undefined,
      purge: options["purge"] === true,
    });
    terminal.print(result);
    return 0;
  },
};
