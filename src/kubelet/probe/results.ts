/**
 * What the probes of a pod's containers found, by container id; `undefined` while a probe has no answer yet.
 */

export type ProbeOutcome = "success" | "failure";

export interface ProbeResults {
  startup(containerId: string): ProbeOutcome | undefined;
  liveness(containerId: string): ProbeOutcome | undefined;
  readiness(containerId: string): ProbeOutcome | undefined;
}

export const noProbes: ProbeResults = {
  startup: () => undefined,
  liveness: () => undefined,
  readiness: () => undefined,
};
