/** Defaults of daemon sets: one node at a time. */
import type { DaemonSetSpec, DaemonSetUpdateStrategy } from "./daemon-set.ts";

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
