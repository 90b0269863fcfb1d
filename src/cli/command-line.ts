/** Builds the command line from the table of commands, and maps every end of a command to an exit code. */
import { Command, CommanderError } from "commander";
import { isAbort, messageOf } from "#base";
import { commands } from "./commands/mod.ts";
import { Terminal } from "./terminal.ts";

/** Exit codes: 0 done, 1 failed, 2 the command line is wrong, 130 stopped before it was done. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const terminal = new Terminal();
  let exitCode = 0;
  const program = new Command("navarch")
    .description("A complete Kubernetes cluster in one program.")
    .version("navarch 0.1.0 (Kubernetes v1.36)")
    .showHelpAfterError("(run with --help for the options)")
    .exitOverride();
  for (const { name, summary, load } of commands) {
    const command = program.command(name).description(summary).exitOverride();
    if (!args.includes(name)) continue; // neither run nor helped with
    const { describe, run } = await load();
    describe(command);
    command.action(async () => {
      exitCode = await run(command.opts(), command.args, terminal);
    });
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (isAbort(error)) {
      terminal.note(messageOf(error));
      return 130;
    }
    terminal.fail(messageOf(error), remedyOf(error));
    if (process.env["NAVARCH_DEBUG"] === "1" && error instanceof Error) terminal.note(error.stack ?? "");
    return 1;
  }
}

/** Of a `ClusterError`, whose class comes with all of the cluster. */
function remedyOf(error: unknown): string | undefined {
  return error instanceof Error && "remedy" in error ? String(error.remedy) : undefined;
}
