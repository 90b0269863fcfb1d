/** Runs one component until Ctrl-C. */
import { MemoryAtRest, type Role } from "#cluster";
import { stopSignal } from "./stop-signal.ts";
import type { Terminal } from "./terminal.ts";

/** The longest that a timer of Node waits. */
const maxDelayMs = 2 ** 31 - 1;

/** Starts the role, says that it is ready, and stays. */
export async function runRole(
  terminal: Terminal,
  start: (signal: AbortSignal) => Promise<Role>,
): Promise<number> {
  const stop = stopSignal();
  await using role = await start(stop);
  using _atRest = new MemoryAtRest();
  terminal.print(role.description);
  // With its only connection broken a component may wait for nothing that holds a process: it is to stay all the same.
  const stay = setInterval(() => {}, maxDelayMs);
  const stopped = new Promise<void>((resolve) =>
    stop.addEventListener("abort", () => resolve(), { once: true }),
  );
  await Promise.race([stopped, role.failed]).finally(() => clearInterval(stay));
  return 0;
}
