/** Validation of autoscalers: bounds, what is scaled, metrics with one source each, behaviour. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { pathSegmentName } from "../../names/object-name.ts";
import { validateCounts } from "../meta/count-validation.ts";
import { Quantity } from "../../quantity.ts";
import type { HorizontalPodAutoscaler, HPAScalingRules } from "./horizontal-pod-autoscaler.ts";
import type { CrossVersionObjectReference, MetricIdentifier, MetricSpec, MetricTarget } from "./metric.ts";

const maxPolicySeconds = 1800;
const maxWindowSeconds = 3600;
const selections = ["Disabled", "Max", "Min"];
const policyTypes = ["Percent", "Pods"];
const targetTypes = ["AverageValue", "Utilization", "Value"];

type Source = "object" | "pods" | "resource" | "external" | "containerResource";
const sourceOf: Readonly<Record<string, Source>> = {
  Object: "object",
  Pods: "pods",
  Resource: "resource",
  External: "external",
  ContainerResource: "containerResource",
};

export function validateAutoscaler({ spec }: HorizontalPodAutoscaler, errors: FieldErrors): void {
  const { minReplicas, maxReplicas } = spec;
  if (minReplicas !== undefined && minReplicas < 1)
    errors.invalid("spec.minReplicas", minReplicas, "must be greater than or equal to 1");
  if (maxReplicas < 1) errors.invalid("spec.maxReplicas", maxReplicas, "must be greater than 0");
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.invalid("spec.maxReplicas", maxReplicas, "must be greater than or equal to `minReplicas`");
  }
  validateReference(spec.scaleTargetRef, "spec.scaleTargetRef", errors);
  validateTargetVersion(spec.scaleTargetRef.apiVersion ?? "", errors);
  for (const [i, metric] of (spec.metrics ?? []).entries())
    validateMetric(metric, at("spec.metrics", i), errors);
  const { scaleUp, scaleDown } = spec.behavior ?? {};
  if (scaleUp) validateRules(scaleUp, "spec.behavior.scaleUp", errors);
  if (scaleDown) validateRules(scaleDown, "spec.behavior.scaleDown", errors);
}

function validateReference(reference: CrossVersionObjectReference, path: string, errors: FieldErrors): void {
  for (const field of ["kind", "name"] as const) {
    const value = reference[field];
    if (value === "") errors.required(at(path, field));
    else errors.invalidEach(at(path, field), value, pathSegmentName(value, false));
  }
}

/** `apps/v1`, `v1`: what the controller will ask for. */
function validateTargetVersion(version: string, errors: FieldErrors): void {
  if (version === "v1" || /^[^/]+\/[^/]+$/.test(version)) return;
  errors.invalid(
    "spec.scaleTargetRef.apiVersion",
    version,
    "must be `group/version`, or `v1` for the core group",
  );
}

function validateMetric(metric: MetricSpec, path: string, errors: FieldErrors): void {
  if (metric.type === "") errors.required(at(path, "type"), "must specify a metric source type");
  const expected = sourceOf[metric.type];
  const types = Object.keys(sourceOf);
  if (expected === undefined) {
    // Upstream says it of the type, and again of the source that the type asks for.
    errors.notSupported(at(path, "type"), metric.type, types);
    errors.notSupported(at(path, "type"), metric.type, types);
  }
  const present = Object.values(sourceOf).filter((source) => metric[source] !== undefined);
  const [first] = present;
  if (first !== undefined) sources[first](metric, at(path, first), errors);
  if (expected !== undefined && metric[expected] === undefined) {
    errors.required(at(path, expected), "must populate information for the given metric source");
  }
  if (present.length < 2) return;
  for (const source of present) {
    if (source !== expected) errors.forbidden(at(path, source), "must populate the given metric source only");
  }
}

const sources: Readonly<Record<Source, (metric: MetricSpec, path: string, errors: FieldErrors) => void>> = {
  object({ object }, path, errors) {
    if (object === undefined) return;
    validateReference(object.describedObject, at(path, "describedObject"), errors);
    validateIdentifier(object.metric, at(path, "metric"), errors);
    validateTarget(object.target, at(path, "target"), errors);
    if (object.target.value === undefined && object.target.averageValue === undefined) {
      errors.required(at(path, "target.averageValue"), "must set either a target value or averageValue");
    }
  },
  external({ external }, path, errors) {
    if (external === undefined) return;
    const { value, averageValue } = external.target;
    validateIdentifier(external.metric, at(path, "metric"), errors);
    validateTarget(external.target, at(path, "target"), errors);
    if (value === undefined && averageValue === undefined) {
      errors.required(
        at(path, "target.averageValue"),
        "must set either a target value for metric or a per-pod target",
      );
    }
    if (value !== undefined && averageValue !== undefined) {
      errors.forbidden(
        at(path, "target.value"),
        "may not set both a target value for metric and a per-pod target",
      );
    }
  },
  pods({ pods }, path, errors) {
    if (pods === undefined) return;
    validateIdentifier(pods.metric, at(path, "metric"), errors);
    validateTarget(pods.target, at(path, "target"), errors);
    const { averageValue } = pods.target;
    if (averageValue === undefined || Quantity.parse(averageValue).sign <= 0) {
      errors.required(at(path, "target.averageValue"), "must specify a positive target averageValue");
    }
  },
  resource({ resource }, path, errors) {
    if (resource === undefined) return;
    if (resource.name === "") errors.required(at(path, "name"), "must specify a resource name");
    validateResourceTarget(resource.target, at(path, "target"), errors);
  },
  containerResource({ containerResource }, path, errors) {
    if (containerResource === undefined) return;
    if (containerResource.name === "") errors.required(at(path, "name"), "must specify a resource name");
    if (containerResource.container === "")
      errors.required(at(path, "container"), "must specify a container");
    validateResourceTarget(containerResource.target, at(path, "target"), errors);
  },
};

function validateResourceTarget(target: MetricTarget, path: string, errors: FieldErrors): void {
  validateTarget(target, path, errors);
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined) {
    errors.required(
      at(path, "averageUtilization"),
      "must set either a target raw value or a target utilization",
    );
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    errors.forbidden(
      at(path, "averageValue"),
      "may not set both a target raw value and a target utilization",
    );
  }
}

function validateIdentifier(metric: MetricIdentifier, path: string, errors: FieldErrors): void {
  if (metric.name === "") errors.required(at(path, "name"));
  else errors.invalidEach(at(path, "name"), metric.name, pathSegmentName(metric.name, false));
}

function validateTarget(target: MetricTarget, path: string, errors: FieldErrors): void {
  if (target.type === "") errors.required(at(path, "type"), "must specify a metric target type");
  if (!targetTypes.includes(target.type))
    errors.invalid(at(path, "type"), target.type, `must be one of ${targetTypes.join(", ")}`);
  for (const field of ["value", "averageValue"] as const) {
    const amount = target[field];
    if (amount !== undefined && Quantity.parse(amount).sign <= 0)
      errors.invalid(at(path, field), amount, "must be positive");
  }
  const percent = target.averageUtilization;
  if (percent !== undefined && percent < 1)
    errors.invalid(at(path, "averageUtilization"), percent, "must be greater than 0");
}

function validateRules(rules: HPAScalingRules, path: string, errors: FieldErrors): void {
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules;
  if (window !== undefined && (window < 0 || window > maxWindowSeconds)) {
    errors.invalid(
      at(path, "stabilizationWindowSeconds"),
      window,
      `must be between 0 and ${maxWindowSeconds}`,
    );
  }
  if (selectPolicy !== undefined && !selections.includes(selectPolicy)) {
    errors.notSupported(at(path, "selectPolicy"), selectPolicy, selections);
  }
  if (policies.length === 0) errors.required(at(path, "policies"), "must specify at least one policy");
  for (const [i, policy] of policies.entries()) {
    const here = at(at(path, "policies"), i);
    if (!policyTypes.includes(policy.type)) errors.notSupported(at(here, "type"), policy.type, policyTypes);
    if (policy.value <= 0) errors.invalid(at(here, "value"), policy.value, "must be greater than zero");
    if (policy.periodSeconds <= 0 || policy.periodSeconds > maxPolicySeconds) {
      errors.invalid(
        at(here, "periodSeconds"),
        policy.periodSeconds,
        `must be between 1 and ${maxPolicySeconds}`,
      );
    }
  }
  if (tolerance !== undefined && Quantity.parse(tolerance).sign < 0) {
    errors.invalid(at(path, "tolerance"), tolerance, "must be greater than or equal to 0");
  }
}

/** Of both versions, whose statuses share what is looked at. */
export function validateAutoscalerStatus(
  { status }: { readonly status: { readonly currentReplicas?: number; readonly desiredReplicas?: number } },
  _old: unknown,
  errors: FieldErrors,
): void {
  validateCounts(status, ["currentReplicas", "desiredReplicas"], "status", errors);
}
