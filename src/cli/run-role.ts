/** Runs one component until Ctrl-C. */
import type { Role } from "#cluster";
import { stopSignal } from "./stop-signal.ts";
import type { Terminal } from "./terminal.ts";

/** Starts the role, says that it is ready, and stays. */
export async function runRole(
  terminal: Terminal,
  start: (signal: AbortSignal) => Promise<Role>,
): Promise<number> {
  const stop = stopSignal();
  await using role = await start(stop);
  terminal.print(role.description);
  const stopped = new Promise<void>((resolve) =>
    stop.addEventListener("abort", () => resolve(), { once: true }),
  );
  await Promise.race([stopped, role.failed]);
  return 0;
}
