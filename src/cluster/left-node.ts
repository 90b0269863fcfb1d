/** The node that a killed cluster left on this machine. */
import { rmSync } from "node:fs";
import { createRealEnv, SystemProcesses } from "#base/real";
import { lockMachine, MachineRuntime, readMachine, type RuntimeSource } from "#kubelet";
import { endpointFile } from "./node-choice.ts";
import { clearServiceNetwork } from "./service-network.ts";

/** Ends what it left running of its containers. */
export async function stopLeftNode(dataDir: string, source: RuntimeSource): Promise<void> {
  using _ = lockMachine();
  await using env = createRealEnv({ name: "down", logLevel: "warn" });
  await using runtime = new MachineRuntime(
    env,
    { processes: new SystemProcesses(), machine: readMachine(dataDir) },
    { source },
  );
  await runtime.start(new AbortController().signal);
  await clearServiceNetwork(env, new SystemProcesses(), source.tools.searchPath);
  rmSync(endpointFile(dataDir), { force: true });
}
