/** A pod is resized to what its node could have, and where the node is one of Linux. */
import { forbidden, type Node, type Pod, podAmounts, Quantity, StatusError } from "#api";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.ts";

export const podResizeValidator: AdmissionPlugin = {
  operations: ["UPDATE"],
  resources: ["pods/resize"],
  validate(request, { objects }) {
    const pod = request.object as Pod;
    const nodeName = pod.spec.nodeName ?? "";
    if (nodeName === "" || pod.metadata.generation === request.old?.metadata.generation) return;
    const node = objects.get<Node>("", "nodes", "", nodeName);
    if (node === undefined) throw refused(request, `node "${nodeName}" not found`);
    const wanted = podAmounts(pod, "requests");
    for (const name of ["cpu", "memory"]) {
      const allocatable = Quantity.parse(node.status.allocatable?.[name] ?? "0");
      if ((wanted.get(name) ?? Quantity.zero).compare(allocatable) <= 0) continue;
      const what = `${name}, requested: ${wanted.get(name)}, allocatable: ${allocatable}`;
      throw refused(request, `the node does not have enough allocatable resources: ${what}`, "NodeCapacity");
    }
    const system = node.metadata.labels?.["kubernetes.io/os"];
    if (system !== "linux")
      throw refused(request, `node "${nodeName}" is of ${system ?? "no system"}`, "UnsupportedPlatform");
  },
};

function refused({ resource, name }: AdmissionRequest, detail: string, cause?: string): StatusError {
  const { code, reason, message, details } = forbidden(resource, name, detail);
  if (cause === undefined) return new StatusError(code, reason, message, details);
  return new StatusError(code, reason, message, { ...details, causes: [{ reason: cause }] });
}
