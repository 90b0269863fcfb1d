/** A pod is changed only in ways of which its node declares that it can follow. */
import { featuresToChange, forbidden, type Node, type Pod } from "#api";
import type { AdmissionPlugin } from "./admission.ts";

export const nodeDeclaredFeatureValidator: AdmissionPlugin = {
  operations: ["UPDATE"],
  resources: ["pods", "pods/resize"],
  validate({ resource, name, object, old }, { objects }) {
    const pod = object as Pod;
    const nodeName = pod.spec.nodeName ?? "";
    if (nodeName === "" || pod.metadata.generation === old?.metadata.generation) return;
    const needed = featuresToChange(pod, old as Pod);
    if (needed.length === 0) return;
    const node = objects.get<Node>("", "nodes", "", nodeName);
    if (node === undefined) throw forbidden(resource, name, `node "${nodeName}" not found`);
    const missing = needed.filter((one) => !node.status.declaredFeatures?.includes(one));
    if (missing.length === 0) return;
    const what = `features ${missing.join(", ")}, which node "${nodeName}" does not declare`;
    throw forbidden(resource, name, `the pod's update needs ${what}`);
  },
};
