/** Validation of `LabelSelector` objects and of label maps inside other objects (meta/v1 validation). */
import { at, type FieldErrors } from "../field-errors.ts";
import { labelValue, qualifiedName } from "../names/qualified-name.ts";
import { type LabelSelectorObject, type LabelSelectorTerm, TERM_OPERATORS } from "./label-selector.ts";
import type { Labels } from "./requirement.ts";

/** What a caller may let pass. */
export interface LabelSelectorRules {
  /** Values of `matchExpressions` written by old objects may be anything. */
  readonly allowInvalidValues?: boolean;
}

/** Reports every problem of a selector below `path`. */
export function validateLabelSelector(
  selector: LabelSelectorObject | null | undefined,
  path: string,
  errors: FieldErrors,
  rules: LabelSelectorRules = {},
): void {
  if (selector == null) return;
  validateLabels(selector.matchLabels, at(path, "matchLabels"), errors);
  const terms = at(path, "matchExpressions");
  selector.matchExpressions?.forEach((term, i) => validateTerm(term, at(terms, i), errors, rules));
}

/** Keys and values of `metadata.labels` and its like; every problem is reported on `path` itself. */
export function validateLabels(labels: Labels, path: string, errors: FieldErrors): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    validateLabelKey(key, path, errors);
    for (const problem of labelValue(value)) errors.invalid(path, value, problem);
  }
}

/** A label key on its own. */
export function validateLabelKey(key: string, path: string, errors: FieldErrors): void {
  for (const problem of qualifiedName(key)) errors.invalid(path, key, problem);
}

function validateTerm(
  term: LabelSelectorTerm,
  path: string,
  errors: FieldErrors,
  rules: LabelSelectorRules,
): void {
  const values = term.values ?? [];
  const valuesPath = at(path, "values");
  switch (TERM_OPERATORS.get(term.operator)) {
    case "in":
    case "notin":
      if (values.length === 0)
        errors.required(valuesPath, "must be specified when `operator` is 'In' or 'NotIn'");
      break;
    case undefined:
      errors.invalid(at(path, "operator"), term.operator, "not a valid selector operator");
      break;
    default:
      if (values.length > 0) {
        errors.forbidden(valuesPath, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      }
  }
  validateLabelKey(term.key, at(path, "key"), errors);
  if (rules.allowInvalidValues) return;
  values.forEach((value, i) => {
    for (const problem of labelValue(value)) errors.invalid(at(valuesPath, i), value, problem);
  });
}
