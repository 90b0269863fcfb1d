/** Defaults of daemon sets: one node at a time. */
import type { DaemonSet, DaemonSetSpec, DaemonSetUpdateStrategy } from "./daemon-set.ts";

/** The template's own generation, a field of the kind's first version. */
export const templateGeneration = "deprecated.daemonset.template.generation";

export function defaultDaemonSet({ metadata }: DaemonSet): void {
  if (metadata.annotations?.[templateGeneration] !== undefined) return;
  metadata.annotations = { ...metadata.annotations, [templateGeneration]: "0" };
}

export function defaultDaemonSetSpec(spec: DaemonSetSpec): void {
  spec.updateStrategy ??= {};
  spec.revisionHistoryLimit ??= 10;
}

export function defaultDaemonSetStrategy(strategy: DaemonSetUpdateStrategy): void {
  strategy.type ||= "RollingUpdate";
  if (strategy.type !== "RollingUpdate") return;
  strategy.rollingUpdate ??= {};
  strategy.rollingUpdate.maxUnavailable ??= 1;
  strategy.rollingUpdate.maxSurge ??= 0;
}
