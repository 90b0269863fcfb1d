/**
 * A stand-in for a pod that only the runtime still knows: its object went while no kubelet ran. Enough to
 * end it well.
 */
import type { Pod } from "#api";
import { podDeletionGraceAnnotation, podTerminationGraceAnnotation } from "../runtime/labels.ts";
import type { Sandbox } from "../runtime/runtime.ts";

export function orphanPod(sandbox: Sandbox): Pod {
  const { name, namespace, uid, annotations } = sandbox;
  const grace = annotations[podDeletionGraceAnnotation] ?? annotations[podTerminationGraceAnnotation] ?? "30";
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, uid, deletionGracePeriodSeconds: Number(grace) },
    spec: { containers: [] },
    status: {},
  };
}
