/** CRI's enumerations: a name's index is its number on the wire. */
import type { NamespaceMode } from "../config.ts";
import type { ContainerState, SandboxState } from "../runtime.ts";

export const protocols = ["TCP", "UDP", "SCTP"] as const;
export const namespaceModes = [
  "POD",
  "CONTAINER",
  "NODE",
  "TARGET",
] as const satisfies readonly NamespaceMode[];
export const propagations = ["PRIVATE", "HOST_TO_CONTAINER", "BIDIRECTIONAL"] as const;
export const groupsPolicies = ["Merge", "Strict"] as const;
export const profileTypes = ["RuntimeDefault", "Unconfined", "Localhost"] as const;
export const sandboxStates = ["SANDBOX_READY", "SANDBOX_NOTREADY"] as const satisfies readonly SandboxState[];
export const containerStates = [
  "CONTAINER_CREATED",
  "CONTAINER_RUNNING",
  "CONTAINER_EXITED",
  "CONTAINER_UNKNOWN",
] as const satisfies readonly ContainerState[];

const signals = (
  "RUNTIME_DEFAULT SIGABRT SIGALRM SIGBUS SIGCHLD SIGCLD SIGCONT SIGFPE SIGHUP SIGILL SIGINT SIGIO SIGIOT " +
  "SIGKILL SIGPIPE SIGPOLL SIGPROF SIGPWR SIGQUIT SIGSEGV SIGSTKFLT SIGSTOP SIGSYS SIGTERM SIGTRAP SIGTSTP " +
  "SIGTTIN SIGTTOU SIGURG SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ SIGRTMIN"
).split(" ");
const afterMin = 15;
const beforeMax = 14;

/** `SIGUSR1` as CRI numbers it; 0 (the runtime's default) for a name it does not have. */
export function signalNumber(name: string): number {
  const offset = /^SIGRTM(IN\+|AX-)(\d+)$/.exec(name);
  const min = signals.indexOf("SIGRTMIN");
  const max = min + afterMin + beforeMax + 1;
  if (name === "SIGRTMAX") return max;
  if (offset === null) return Math.max(0, signals.indexOf(name));
  return offset[1] === "IN+" ? min + Number(offset[2]) : max - Number(offset[2]);
}
