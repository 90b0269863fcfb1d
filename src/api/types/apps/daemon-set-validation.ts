/** Validation of daemon sets. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { validateLabelSelector } from "../../selectors/label-selector-validation.ts";
import { matcherOf, validateLastingTemplate } from "../core/pod-template-validation.ts";
import { validateCollisions, validateCounts } from "../meta/count-validation.ts";
import { validateImmutable } from "../meta/immutable-validation.ts";
import { amountOf, validateAtMostAll, validateIntOrPercent } from "../meta/int-or-percent-validation.ts";
import { type DaemonSet, DaemonSetSpec, type DaemonSetUpdateStrategy } from "./daemon-set.ts";

export function validateDaemonSet({ spec }: DaemonSet, errors: FieldErrors): void {
  const { selector, template } = spec;
  validateLabelSelector(selector, "spec.selector", errors);
  const labels = template.metadata?.labels ?? {};
  const matches = matcherOf(selector ?? undefined);
  if (matches !== undefined && !matches(labels)) {
    errors.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
  }
  if (
    selector &&
    Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0
  ) {
    errors.invalid("spec.selector", selector, "empty selector is invalid");
  }
  validateLastingTemplate(template, "spec.template", errors);
  validateCounts(spec, ["minReadySeconds", "revisionHistoryLimit"], "spec", errors);
  validateStrategy(spec.updateStrategy, "spec.updateStrategy", errors);
}

function validateStrategy(strategy: DaemonSetUpdateStrategy, path: string, errors: FieldErrors): void {
  const { type = "", rollingUpdate } = strategy;
  if (type === "OnDelete") return;
  if (type !== "RollingUpdate") return errors.notSupported(path, type, ["OnDelete", "RollingUpdate"]);
  const rolling = at(path, "rollingUpdate");
  if (rollingUpdate === undefined) return errors.required(rolling);
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate;
  for (const [name, value] of Object.entries({ maxUnavailable, maxSurge })) {
    validateIntOrPercent(value, at(rolling, name), errors);
    validateAtMostAll(value, at(rolling, name), errors);
  }
  const [hasUnavailable, hasSurge] = [amountOf(maxUnavailable) !== 0, amountOf(maxSurge) !== 0];
  if (hasUnavailable && hasSurge)
    errors.invalid(at(rolling, "maxSurge"), maxSurge, "may not be set when maxUnavailable is non-zero");
  if (!hasUnavailable && !hasSurge)
    errors.required(at(rolling, "maxUnavailable"), "cannot be 0 when maxSurge is 0");
}

export function validateDaemonSetUpdate(set: DaemonSet, old: DaemonSet, errors: FieldErrors): void {
  validateDaemonSet(set, errors);
  validateImmutable(DaemonSetSpec, ["selector"], set.spec, old.spec, "spec", errors);
}

const counts = [
  "currentNumberScheduled",
  "numberMisscheduled",
  "desiredNumberScheduled",
  "numberReady",
  "observedGeneration",
  "updatedNumberScheduled",
  "numberAvailable",
  "numberUnavailable",
  "collisionCount",
] as const;

export function validateDaemonSetStatus({ status }: DaemonSet, old: DaemonSet, errors: FieldErrors): void {
  validateCounts(status, counts, "status", errors);
  validateCollisions(status, old.status, errors);
}
