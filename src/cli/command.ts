/** What a command of the program is: one file in `commands/`, one row in its table. */
import type { Command } from "commander";
import type { Terminal } from "./terminal.ts";

export interface CliCommand {
  readonly name: string;
  readonly summary: string;
  /** Adds arguments, options and examples. */
  describe(command: Command): void;
  /** Does it; the exit code. Throws `ClusterError` for what the user can mend. */
  run(
    options: Readonly<Record<string, unknown>>,
    args: readonly string[],
    terminal: Terminal,
  ): Promise<number>;
}
