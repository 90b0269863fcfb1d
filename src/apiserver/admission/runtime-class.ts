/** A pod's runtime class brings its overhead and where it may run. */
import { type Pod, PodSpec, type RuntimeClass, forbidden, sameField } from "#api";
import { copyOf } from "../registry/plain-data.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.ts";

export const runtimeClass: AdmissionPlugin = {
  operations: ["CREATE"],
  resources: ["pods"],
  mutate(request, { objects }) {
    const pod = request.object as Pod;
    const name = pod.spec.runtimeClassName;
    if (name === undefined) {
      if (Object.keys(pod.spec.overhead ?? {}).length > 0)
        throw refused(request, "Pod Overhead set without corresponding RuntimeClass defined Overhead");
      return;
    }
    const found = objects.get<RuntimeClass>("node.k8s.io", "runtimeclasses", "", name);
    if (found === undefined) throw refused(request, `pod rejected: RuntimeClass "${name}" not found`);
    const overhead = found.overhead?.podFixed;
    if (overhead !== undefined) {
      if (pod.spec.overhead !== undefined && !sameField(PodSpec, "overhead", pod.spec, { overhead })) {
        throw refused(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
      }
      pod.spec.overhead = copyOf(overhead);
    }
    for (const [key, value] of Object.entries(found.scheduling?.nodeSelector ?? {})) {
      const own = pod.spec.nodeSelector?.[key];
      if (own !== undefined && own !== value)
        throw refused(request, `pod rejected: conflict: node selector ${key}`);
      pod.spec.nodeSelector = { ...pod.spec.nodeSelector, [key]: value };
    }
    const tolerations = found.scheduling?.tolerations ?? [];
    if (tolerations.length > 0)
      pod.spec.tolerations = [...(pod.spec.tolerations ?? []), ...copyOf(tolerations)];
  },
};

function refused(request: AdmissionRequest, detail: string): Error {
  return forbidden(request.resource, request.name, detail);
}
