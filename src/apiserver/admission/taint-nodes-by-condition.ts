/** A new node takes no pods until its conditions say that it is ready. */
import type { Node } from "#api";
import type { AdmissionPlugin } from "./admission.ts";

const NOT_READY = "node.kubernetes.io/not-ready";

export const taintNodesByCondition: AdmissionPlugin = {
  operations: ["CREATE"],
  resources: ["nodes"],
  mutate({ object }) {
    const { spec } = object as Node;
    const taints = spec.taints ?? [];
    if (taints.some((one) => one.key === NOT_READY && one.effect === "NoSchedule")) return;
    spec.taints = [...taints, { key: NOT_READY, effect: "NoSchedule" }];
  },
};
