/** A pod that gets a node shows that node's zone and region as its own labels. */
import { Binding, type Node, type Pod } from "#api";
import type { AdmissionPlugin } from "./admission.ts";

const LABELS = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

export const podTopologyLabels: AdmissionPlugin = {
  operations: ["CREATE"],
  resources: ["pods", "pods/binding", "bindings"],
  mutate({ object, resource, subresource }, { objects }) {
    if (object === undefined) return;
    const isBinding = subresource === "binding" || resource.kind === Binding.name;
    const nodeName = isBinding ? (object as Binding).target.name : (object as Pod).spec.nodeName;
    if ((nodeName ?? "") === "") return;
    const node = objects.get<Node>("", "nodes", "", nodeName ?? "");
    for (const label of LABELS) {
      const value = node?.metadata.labels?.[label];
      if (value !== undefined) object.metadata.labels = { ...object.metadata.labels, [label]: value };
    }
  },
};
