/** A pod with scheduling gates waits outside the queue until they are all removed. */
import type { SchedulerPlugin } from "../framework.ts";

export const schedulingGates: SchedulerPlugin = {
  name: "SchedulingGates",
  preEnqueue(pod) {
    const gates = (pod.pod.spec.schedulingGates ?? []).map((gate) => gate.name);
    return gates.length === 0 ? undefined : `waiting for scheduling gates: [${gates.join(" ")}]`;
  },
  mayHelp: (event) => event.type === "podChanged",
};
