/** Keeps pods off cordoned nodes, unless they tolerate the cordon's taint. */
import type { SchedulerPlugin } from "../framework.ts";
import { tolerates } from "../tolerations.ts";

const cordon = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };
const rejection = { reason: "node(s) were unschedulable", resolvable: false };

export const nodeUnschedulable: SchedulerPlugin = {
  name: "NodeUnschedulable",
  filter(pod) {
    if (tolerates(pod.pod.spec.tolerations ?? [], cordon)) return undefined;
    return { check: (node) => (node.unschedulable ? rejection : undefined) };
  },
  mayHelp: (event) =>
    event.type === "nodeAdded"
      ? !event.node.unschedulable
      : event.type === "nodeChanged" && event.what.unschedulable,
};
