/** Defaults of deployments: a rolling update by quarters. */
import type { DeploymentSpec, DeploymentStrategy } from "./deployment.ts";

export function defaultDeploymentSpec(spec: DeploymentSpec): void {
  spec.replicas ??= 1;
  spec.strategy ??= {};
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
}

export function defaultDeploymentStrategy(strategy: DeploymentStrategy): void {
  strategy.type ||= "RollingUpdate";
  if (strategy.type !== "RollingUpdate") return;
  strategy.rollingUpdate ??= {};
  strategy.rollingUpdate.maxUnavailable ??= "25%";
  strategy.rollingUpdate.maxSurge ??= "25%";
}
