/** Validation of deployments. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { validateSelectedTemplate } from "../core/pod-template-validation.ts";
import { validateCollisions, validateCounts } from "../meta/count-validation.ts";
import { validateImmutable } from "../meta/immutable-validation.ts";
import { amountOf, validateAtMostAll, validateIntOrPercent } from "../meta/int-or-percent-validation.ts";
import { type Deployment, DeploymentSpec, type DeploymentStrategy } from "./deployment.ts";

export function validateDeployment({ spec }: Deployment, errors: FieldErrors): void {
  validateSpec(spec, "spec", errors);
}

function validateSpec(spec: DeploymentSpec, path: string, errors: FieldErrors): void {
  validateCounts(
    spec,
    ["replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"],
    path,
    errors,
  );
  validateSelectedTemplate(spec.selector, spec.template, path, errors);
  validateStrategy(spec.strategy, at(path, "strategy"), errors);
  const deadline = spec.progressDeadlineSeconds;
  if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0)) {
    errors.invalid(at(path, "progressDeadlineSeconds"), deadline, "must be greater than minReadySeconds");
  }
}

function validateStrategy(strategy: DeploymentStrategy, path: string, errors: FieldErrors): void {
  const { type = "", rollingUpdate } = strategy;
  const rolling = at(path, "rollingUpdate");
  if (type === "Recreate") {
    if (rollingUpdate !== undefined)
      errors.forbidden(rolling, "may not be specified when strategy `type` is 'Recreate'");
    return;
  }
  if (type !== "RollingUpdate") return errors.notSupported(path, type, ["Recreate", "RollingUpdate"]);
  if (rollingUpdate === undefined) return errors.required(rolling);
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate;
  validateIntOrPercent(maxUnavailable, at(rolling, "maxUnavailable"), errors);
  validateIntOrPercent(maxSurge, at(rolling, "maxSurge"), errors);
  if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0) {
    errors.invalid(at(rolling, "maxUnavailable"), maxUnavailable, "may not be 0 when `maxSurge` is 0");
  }
  validateAtMostAll(maxUnavailable, at(rolling, "maxUnavailable"), errors);
}

export function validateDeploymentUpdate(deployment: Deployment, old: Deployment, errors: FieldErrors): void {
  validateDeployment(deployment, errors);
  validateImmutable(DeploymentSpec, ["selector"], deployment.spec, old.spec, "spec", errors);
}

const counts = [
  "observedGeneration",
  "replicas",
  "updatedReplicas",
  "readyReplicas",
  "availableReplicas",
  "unavailableReplicas",
  "terminatingReplicas",
  "collisionCount",
] as const;

export function validateDeploymentStatus(deployment: Deployment, old: Deployment, errors: FieldErrors): void {
  const { status } = deployment;
  validateCounts(status, counts, "status", errors);
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  if (updatedReplicas > replicas)
    errors.invalid("status.updatedReplicas", updatedReplicas, "cannot be greater than status.replicas");
  if (readyReplicas > replicas)
    errors.invalid("status.readyReplicas", readyReplicas, "cannot be greater than status.replicas");
  if (availableReplicas > replicas)
    errors.invalid("status.availableReplicas", availableReplicas, "cannot be greater than status.replicas");
  if (availableReplicas > readyReplicas) {
    errors.invalid("status.availableReplicas", availableReplicas, "cannot be greater than readyReplicas");
  }
  validateCollisions(status, old.status, errors);
}
