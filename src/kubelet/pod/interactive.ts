/**
 * Programs with an open input are shown to run a second after they began, as by upstream's kubelet, which looks once a
 * second. Who starts one to join it (`kubectl run -i`, `debug -i`) reads the log of a program that has ended by then; to
 * join it in its last moment would be to get nothing of what it printed.
 */
import type { Pod } from "#api";
import { interactiveHoldMs } from "../limits.ts";
import { containersOf } from "./containers.ts";
import { latest, type PodObservation } from "./observation.ts";

/** Until when what is observed is not yet shown; 0 when it is. */
export function heldUntilMs(pod: Pod, observed: PodObservation, nowMs: number): number {
  const began = containersOf(pod).map(({ spec }) => {
    const found = spec.stdin === true ? latest(observed, spec.name) : undefined;
    return found?.state === "CONTAINER_RUNNING" ? found.startedAtMs : 0;
  });
  // A clock that was set back holds nothing for longer.
  const newest = Math.max(0, ...began.filter((ms) => ms <= nowMs));
  return newest + interactiveHoldMs > nowMs ? newest + interactiveHoldMs : 0;
}
