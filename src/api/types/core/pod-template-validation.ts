/** Validation of pod templates: their labels, their spec, and what no template may have. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { SelectorError } from "../../selectors/errors.ts";
import { labelSelector } from "../../selectors/label-selector.ts";
import { validateLabelSelector } from "../../selectors/label-selector-validation.ts";
import type { LabelSelector } from "../meta/label-selector.ts";
import { validateAnnotations, validateLabels } from "../meta/object-meta-validation.ts";
import { validatePodAnnotations } from "./pod-annotation-validation.ts";
import { validatePodSpec } from "./pod-spec-validation.ts";
import type { PodSpec, PodTemplate, PodTemplateSpec } from "./pod.ts";

/** Upstream reports labels and annotations on the template itself. */
export function validatePodTemplate(template: PodTemplateSpec, path: string, errors: FieldErrors): void {
  validateLabels(template.metadata?.labels, at(path, "labels"), errors);
  validateAnnotations(template.metadata?.annotations, at(path, "annotations"), errors);
  validatePodAnnotations(template.metadata?.annotations, template.spec, at(path, "annotations"), errors);
  validatePodSpec(template.spec, at(path, "spec"), errors);
  if ((template.spec.ephemeralContainers ?? []).length > 0) {
    errors.forbidden(at(at(path, "spec"), "ephemeralContainers"), "not allowed in a pod template");
  }
}

export function validatePodTemplateObject({ template }: PodTemplate, errors: FieldErrors): void {
  validatePodTemplate(template, "template", errors);
}

/** The template of a workload whose pods run for ever, and the selector that has to find them. */
export function validateSelectedTemplate(
  selector: LabelSelector | null | undefined,
  template: PodTemplateSpec,
  path: string,
  errors: FieldErrors,
  more: { readonly unread?: boolean } = {},
): void {
  const selectorPath = at(path, "selector");
  if (!selector) errors.required(selectorPath);
  else {
    validateLabelSelector(selector, selectorPath, errors);
    if (Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0) {
      errors.invalid(selectorPath, selector, "empty selector is invalid");
    }
  }
  const matches = matcherOf(selector ?? undefined);
  if (matches === undefined) return errors.invalid(selectorPath, selector, "invalid label selector");
  const templatePath = at(path, "template");
  const labels = template.metadata?.labels;
  if (!matches(labels ?? {})) {
    errors.invalid(
      at(at(templatePath, "metadata"), "labels"),
      labels ?? null,
      "`selector` does not match template `labels`",
    );
  }
  if (!more.unread) validatePodTemplate(template, templatePath, errors);
  validateLasting(template.spec, at(templatePath, "spec"), errors);
}

/** Pods of a template that restarts them for ever. */
export function validateLastingTemplate(template: PodTemplateSpec, path: string, errors: FieldErrors): void {
  validatePodTemplate(template, path, errors);
  validateLasting(template.spec, at(path, "spec"), errors);
}

function validateLasting(spec: PodSpec, path: string, errors: FieldErrors): void {
  const restart = spec.restartPolicy ?? "";
  if (restart !== "Always") errors.notSupported(at(path, "restartPolicy"), restart, ["Always"]);
  if (spec.activeDeadlineSeconds !== undefined) {
    errors.forbidden(at(path, "activeDeadlineSeconds"), "is not supported for pods that run for ever");
  }
}

/** Undefined for a selector that cannot be used; no selector at all matches nothing. */
export function matcherOf(
  selector: LabelSelector | undefined,
): ((labels: Readonly<Record<string, string>>) => boolean) | undefined {
  try {
    const compiled = labelSelector(selector);
    return (labels) => compiled.matches(labels);
  } catch (error) {
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}
