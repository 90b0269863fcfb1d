/** What a command of the program is: one file in `commands/`, one row in its table. */
import type { Command } from "commander";
import type { Terminal } from "./terminal.ts";

/** What the help of the program says of it, and where it is. */
export interface CommandRow {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CliCommand>;
}

export interface CliCommand {
  /** Adds arguments, options and examples. */
  describe(command: Command): void;
  /** Does it; the exit code. Throws `ClusterError` for what the user can mend. */
  run(
    options: Readonly<Record<string, unknown>>,
    args: readonly string[],
    terminal: Terminal,
  ): Promise<number>;
}
