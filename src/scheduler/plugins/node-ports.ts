/** Host ports of a pod must be free on its node. */
import type { SchedulerPlugin } from "../framework.ts";

const rejection = { reason: "node(s) didn't have free ports for the requested pod ports", resolvable: true };

export const nodePorts: SchedulerPlugin = {
  name: "NodePorts",
  filter(pod) {
    const ports = pod.hostPorts;
    if (ports.length === 0) return undefined;
    return { check: (node) => (node.hasPortConflict(ports) ? rejection : undefined) };
  },
  mayHelp: (event) =>
    event.type === "nodeAdded" || (event.type === "podGone" && event.pod.hostPorts.length > 0),
};
