/** RuntimeClass: a pod's class sets its overhead and adds to where it may run; nothing else may set an overhead. */
import { forbidden, type node, type Pod } from "#api";
import type { AdmissionPlugin } from "./admission.ts";

export const runtimeClass: AdmissionPlugin = {
  operations: ["CREATE"],
  resources: ["pods"],
  mutate({ object, name }, { objects }) {
    const pod = object as Pod;
    const className = pod.spec.runtimeClassName;
    if (className === undefined) return;
    const found = objects.get<node.RuntimeClass>("node.k8s.io", "runtimeclasses", "", className);
    if (found === undefined) {
      throw forbidden(
        { group: "", plural: "pods" },
        name,
        `pod rejected: RuntimeClass "${className}" not found`,
      );
    }
    if (found.overhead?.podFixed !== undefined)
      pod.spec.overhead ??= structuredClone(found.overhead.podFixed);
    const { nodeSelector, tolerations } = found.scheduling ?? {};
    if (nodeSelector !== undefined) {
      for (const [key, value] of Object.entries(nodeSelector)) {
        const own = pod.spec.nodeSelector?.[key];
        if (own === undefined || own === value) continue;
        const detail = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`;
        throw forbidden({ group: "", plural: "pods" }, name, detail);
      }
      pod.spec.nodeSelector = { ...pod.spec.nodeSelector, ...nodeSelector };
    }
    if (tolerations !== undefined)
      pod.spec.tolerations = [...(pod.spec.tolerations ?? []), ...structuredClone(tolerations)];
  },
  validate({ object, name }, { objects }) {
    const { overhead, runtimeClassName } = (object as Pod).spec;
    if (overhead === undefined) return;
    const found = objects.get<node.RuntimeClass>("node.k8s.io", "runtimeclasses", "", runtimeClassName ?? "");
    const allowed = found?.overhead?.podFixed;
    if (allowed !== undefined && JSON.stringify(allowed) === JSON.stringify(overhead)) return;
    const why =
      allowed === undefined
        ? "Pod Overhead set without corresponding RuntimeClass defined Overhead"
        : "Pod's Overhead doesn't match RuntimeClass's defined Overhead";
    throw forbidden({ group: "", plural: "pods" }, name, `pod rejected: ${why}`);
  },
};
