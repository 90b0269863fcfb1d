/** Validation of replication controllers. */
import type { FieldErrors } from "../../field-errors.ts";
import { validateCounts } from "../meta/count-validation.ts";
import { validateLastingTemplate } from "./pod-template-validation.ts";
import type { ReplicationController } from "./replication-controller.ts";

export function validateReplicationController({ spec }: ReplicationController, errors: FieldErrors): void {
  validateCounts(spec, ["replicas", "minReadySeconds"], "spec", errors);
  if (spec.replicas === undefined) errors.required("spec.replicas");
  const selector = Object.entries(spec.selector ?? {});
  if (selector.length === 0) errors.required("spec.selector");
  const { template } = spec;
  if (template === undefined) return errors.required("spec.template");
  const labels = template.metadata?.labels ?? {};
  if (selector.some(([key, value]) => labels[key] !== value)) {
    errors.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
  }
  validateLastingTemplate(template, "spec.template", errors);
}
