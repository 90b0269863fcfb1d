/** A pod that names its node goes there or nowhere. */
import type { SchedulerPlugin } from "../framework.ts";

const rejection = { reason: "node(s) didn't match the requested node name", resolvable: false };

export const nodeName: SchedulerPlugin = {
  name: "NodeName",
  filter(pod) {
    const wanted = pod.pod.spec.nodeName ?? "";
    if (wanted === "") return undefined;
    return { check: (node) => (node.name === wanted ? undefined : rejection) };
  },
  mayHelp: (event) => event.type === "nodeAdded",
};
