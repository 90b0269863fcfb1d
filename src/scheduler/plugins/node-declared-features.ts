/** Keeps pods off nodes that do not declare a feature which they need. */
import { featuresToRun } from "#api";
import type { SchedulerPlugin } from "../framework.ts";

const rejection = { reason: "node(s) didn't match Pod's required features", resolvable: false };

export const nodeDeclaredFeatures: SchedulerPlugin = {
  name: "NodeDeclaredFeatures",
  filter({ pod }) {
    const needed = featuresToRun(pod);
    if (needed.length === 0) return undefined;
    return {
      check({ node }) {
        const declared = node?.status.declaredFeatures ?? [];
        return needed.every((one) => declared.includes(one)) ? undefined : rejection;
      },
    };
  },
  mayHelp: (event) =>
    event.type === "nodeAdded" || (event.type === "nodeChanged" && event.what.declaredFeatures),
};
