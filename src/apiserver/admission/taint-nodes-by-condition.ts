/** TaintNodesByCondition: a new node takes no pods until the node lifecycle controller has seen it ready. */
import type { Node } from "#api";
import type { AdmissionPlugin } from "./admission.ts";

const notReady = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

export const taintNodesByCondition: AdmissionPlugin = {
  operations: ["CREATE"],
  resources: ["nodes"],
  mutate({ object }) {
    const node = object as Node;
    const taints = node.spec.taints ?? [];
    if (taints.some(({ key, effect }) => key === notReady.key && effect === notReady.effect)) return;
    node.spec.taints = [...taints, notReady];
  },
};
