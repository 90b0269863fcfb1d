/** Pods stay for five minutes on a node that is not ready or not reachable, unless they say otherwise. */
import type { Pod } from "#api";
import type { AdmissionPlugin } from "./admission.ts";

const KEYS = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
const SECONDS = 300;

export const defaultTolerationSeconds: AdmissionPlugin = {
  operations: ["CREATE", "UPDATE"],
  resources: ["pods"],
  mutate({ object }) {
    const { spec } = object as Pod;
    for (const key of KEYS) {
      const tolerations = spec.tolerations ?? [];
      const isSaid = tolerations.some(
        (one) =>
          ((one.key ?? "") === "" || one.key === key) &&
          ((one.effect ?? "") === "" || one.effect === "NoExecute"),
      );
      if (isSaid) continue;
      spec.tolerations = [
        ...tolerations,
        { key, operator: "Exists", effect: "NoExecute", tolerationSeconds: SECONDS },
      ];
    }
  },
};
