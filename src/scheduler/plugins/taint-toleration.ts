/** Keeps pods off nodes with taints that they do not tolerate; among the rest prefers those with fewer PreferNoSchedule ones. */
import type { SchedulerPlugin } from "../framework.ts";
import { tolerates } from "../tolerations.ts";

export const taintToleration: SchedulerPlugin = {
  name: "TaintToleration",
  weight: 3,
  filter(pod) {
    const tolerations = pod.pod.spec.tolerations ?? [];
    return {
      check(node) {
        const { taints } = node;
        if (taints.length === 0) return undefined;
        const taint = taints.find((one) => one.effect !== "PreferNoSchedule" && !tolerates(tolerations, one));
        if (taint === undefined) return undefined;
        const detail = (taint.value ?? "") === "" ? taint.key : `${taint.key}: ${taint.value}`;
        return { reason: `node(s) had untolerated taint(s) {${detail}}`, resolvable: false };
      },
    };
  },
  score(pod) {
    const soft = (pod.pod.spec.tolerations ?? []).filter(
      (one) => (one.effect ?? "") === "" || one.effect === "PreferNoSchedule",
    );
    return {
      normalize: "lowest",
      score(node) {
        const { taints } = node;
        if (taints.length === 0) return 0;
        return taints.filter((one) => one.effect === "PreferNoSchedule" && !tolerates(soft, one)).length;
      },
    };
  },
  mayHelp: (event) => event.type === "nodeAdded" || (event.type === "nodeChanged" && event.what.taints),
};
