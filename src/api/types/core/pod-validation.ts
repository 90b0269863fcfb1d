/**
 * Validation of pods: metadata's own rules are `lifecycle.ts`'s; here spec, and what a running pod may
 * change.
 */
import { at, type FieldErrors } from "../../field-errors.ts";
import { sameOf } from "../../same-of.ts";
import type { Affinity } from "./affinity.ts";
import type { Container, EphemeralContainer } from "./container.ts";
import { type Pod, PodSpec } from "./pod.ts";
import { validateGatedReach } from "./gated-pod-validation.ts";
import { validateAnnotationChanges, validatePodAnnotations } from "./pod-annotation-validation.ts";
import { validatePodSpec } from "./pod-spec-validation.ts";
import { Toleration } from "./taint.ts";
import { validateTolerations } from "./taint-validation.ts";

const maxDeadlineSeconds = 2 ** 31 - 1;
const annotationsPath = "metadata.annotations";
const mutable = [
  "`spec.containers[*].image`",
  "`spec.initContainers[*].image`",
  "`spec.activeDeadlineSeconds`",
  "`spec.tolerations` (only additions to existing tolerations)",
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
];

export function validatePod(pod: Pod, errors: FieldErrors): void {
  validateContent(pod, undefined, errors);
  const { spec } = pod;
  if ((spec.ephemeralContainers ?? []).length > 0) {
    errors.forbidden("spec.ephemeralContainers", "cannot be set on create");
  }
  if ((spec.schedulingGates ?? []).length > 0 && spec.nodeName) {
    errors.forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared");
  }
}

/** What holds of a pod at all times. A spec that is as it was is valid still. */
export function validateContent(pod: Pod, old: Pod | undefined, errors: FieldErrors): void {
  const { spec, metadata } = pod;
  validatePodAnnotations(metadata.annotations, spec, annotationsPath, errors, old?.metadata.annotations);
  if (old !== undefined && sameOf(PodSpec, spec, old.spec)) return;
  validatePodSpec(spec, "spec", errors, { meta: pod.metadata });
  if (!spec.serviceAccountName) forbidTokens(spec, errors);
  validateImages(spec.containers ?? [], "spec.containers", errors);
  validateImages(spec.initContainers ?? [], "spec.initContainers", errors);
  validateImages(spec.ephemeralContainers ?? [], "spec.ephemeralContainers", errors);
}

function forbidTokens(spec: PodSpec, errors: FieldErrors): void {
  for (const [i, volume] of (spec.volumes ?? []).entries()) {
    for (const [j, source] of (volume.projected?.sources ?? []).entries()) {
      if (source.serviceAccountToken === undefined) continue;
      const path = at(at(at(at("spec.volumes", i), "projected"), "sources"), j);
      errors.forbidden(
        at(path, "serviceAccountToken"),
        "must not be specified when serviceAccountName is not set",
      );
    }
  }
}

function validateImages(
  containers: readonly (Container | EphemeralContainer)[],
  path: string,
  errors: FieldErrors,
): void {
  for (const [i, { image = "" }] of containers.entries()) {
    if (image !== image.trim())
      errors.invalid(at(at(path, i), "image"), image, "must not have leading or trailing whitespace");
  }
}

/** A pod keeps its spec but for images, shorter deadlines, more tolerations, and fewer gates. */
export function validatePodUpdate(pod: Pod, old: Pod, errors: FieldErrors): void {
  validateContent(pod, old, errors);
  validateAnnotationUpdate(pod, old, errors);
  // Most updates leave the spec alone: one comparison says so.
  if (sameOf(PodSpec, pod.spec, old.spec)) return;
  for (const list of ["containers", "initContainers"] as const) {
    const containers = pod.spec[list] ?? [];
    if (containers.length !== (old.spec[list] ?? []).length)
      return errors.forbidden(at("spec", list), "pod updates may not add or remove containers");
    for (const [i, { image = "" }] of containers.entries())
      if (image === "") errors.required(at(at(at("spec", list), i), "image"));
    validateImages(containers, at("spec", list), errors);
  }
  if (!validateDeadline(pod.spec, old.spec, errors)) return;
  validateGates(pod.spec, old.spec, errors);
  validateTolerationChange(pod.spec, old.spec, errors);
  if ((old.spec.schedulingGates ?? []).length > 0) validateGatedReach(pod.spec, old.spec, errors);
  if (!sameOf(PodSpec, frozenPart(pod.spec, old.spec), frozenPart(old.spec, old.spec)))
    errors.forbidden("spec", `pod updates may not change fields other than ${mutable.join(",")}`);
}

/** Upstream looks at the annotations as a whole again after their changes. */
export function validateAnnotationUpdate(pod: Pod, old: Pod, errors: FieldErrors): void {
  const [now, before] = [pod.metadata.annotations, old.metadata.annotations];
  validateAnnotationChanges(now, before, annotationsPath, errors);
  validatePodAnnotations(now, pod.spec, annotationsPath, errors, before);
}

/** False when nothing else is to be looked at, as upstream does after a deadline that was put off. */
function validateDeadline(spec: PodSpec, old: PodSpec, errors: FieldErrors): boolean {
  const path = "spec.activeDeadlineSeconds";
  const [now, before] = [spec.activeDeadlineSeconds, old.activeDeadlineSeconds];
  if (now !== undefined && (now < 0 || now > maxDeadlineSeconds)) {
    errors.invalid(path, now, `must be between 0 and ${maxDeadlineSeconds}`);
    return false;
  }
  if (before === undefined) return true;
  if (now === undefined) errors.invalid(path, null, "must not update from a positive integer to nil value");
  else if (now > before) errors.invalid(path, now, "must be less than or equal to previous value");
  return now === undefined || now <= before;
}

function validateGates(spec: PodSpec, old: PodSpec, errors: FieldErrors): void {
  const before = new Set((old.schedulingGates ?? []).map((gate) => gate.name));
  for (const [i, { name }] of (spec.schedulingGates ?? []).entries()) {
    if (before.has(name)) continue;
    errors.forbidden(
      at(at("spec.schedulingGates", i), "name"),
      `only deletion is allowed, but found new scheduling gate '${name}'`,
    );
  }
}

/** Old tolerations stay but for their seconds. */
function validateTolerationChange(spec: PodSpec, old: PodSpec, errors: FieldErrors): void {
  const now = spec.tolerations ?? [];
  for (const toleration of old.tolerations ?? []) {
    const kept = now.some(({ tolerationSeconds, ...one }) =>
      sameOf(Toleration, { ...one, tolerationSeconds }, { ...toleration, tolerationSeconds }),
    );
    if (!kept)
      return errors.forbidden(
        "spec.tolerations",
        "existing toleration can not be modified except its tolerationSeconds",
      );
  }
  validateTolerations(now, "spec.tolerations", errors);
}

/** The spec without what may change; while gates hold a pod back, where it may run can be narrowed too. */
function frozenPart(spec: PodSpec, old: PodSpec): unknown {
  const { activeDeadlineSeconds: _a, tolerations: _t, schedulingGates: _g, ...rest } = spec;
  const { terminationGracePeriodSeconds: before = 0 } = old;
  const frozen = {
    ...rest,
    containers: (spec.containers ?? []).map(withoutImage),
    initContainers: (spec.initContainers ?? []).map(withoutImage),
    ...(before < 0 && rest.terminationGracePeriodSeconds === 1
      ? { terminationGracePeriodSeconds: before }
      : {}),
  };
  if ((old.schedulingGates ?? []).length === 0) return frozen;
  const { nodeSelector: _n, affinity, ...gated } = frozen;
  return { ...gated, affinity: frozenAffinity(affinity, old.affinity) };
}

/** That of pods to pods. One that says only of nodes comes and goes with it. */
function frozenAffinity(affinity: Affinity | undefined, old: Affinity | undefined): unknown {
  if (affinity === undefined) return old?.nodeAffinity && {};
  const { nodeAffinity, ...others } = affinity;
  const isNodesOnly = nodeAffinity !== undefined && old === undefined && Object.keys(others).length === 0;
  return isNodesOnly ? undefined : others;
}

function withoutImage(container: Container): unknown {
  return { ...container, image: undefined };
}
