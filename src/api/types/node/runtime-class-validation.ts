/** Validation of runtime classes. */
import type { FieldErrors } from "../../field-errors.ts";
import { atKey } from "../../field-errors.ts";
import { dnsLabel } from "../../names/dns.ts";
import { validateResourceAmount, validateResourceName } from "../core/resources-validation.ts";
import { validateTolerations } from "../core/taint-validation.ts";
import { validateLabels } from "../meta/object-meta-validation.ts";
import type { RuntimeClass } from "./runtime-class.ts";

export function validateRuntimeClass(one: RuntimeClass, errors: FieldErrors): void {
  if (one.handler === "") errors.required("handler");
  else errors.invalidEach("handler", one.handler, dnsLabel(one.handler));
  for (const [name, amount] of Object.entries(one.overhead?.podFixed ?? {})) {
    const path = atKey("overhead.podFixed", name);
    validateResourceName(name, path, errors);
    validateResourceAmount(name, amount, path, errors);
  }
  validateLabels(one.scheduling?.nodeSelector, "scheduling.nodeSelector", errors);
  validateTolerations(one.scheduling?.tolerations, "scheduling.tolerations", errors);
}

export function validateRuntimeClassUpdate(one: RuntimeClass, old: RuntimeClass, errors: FieldErrors): void {
  if (one.handler !== old.handler) errors.invalid("handler", one.handler, "field is immutable");
}
