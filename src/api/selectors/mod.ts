/** Selectors of labels, fields and nodes. The door re-exports by name. */
export { SelectorError, type SelectorErrorCode } from "./errors.ts";
export {
  EVERY_FIELD,
  escapeFieldValue,
  type FieldRequirement,
  FieldSelector,
  parseFieldSelector,
} from "./field-selector.ts";
export {
  EVERYTHING,
  type LabelSelectorObject,
  type LabelSelectorTerm,
  labelSelector,
  labelSelectorOfMap,
  NOTHING,
  parseLabelSelector,
  Selector,
} from "./label-selector.ts";
export {
  type LabelSelectorRules,
  validateLabelKey,
  validateLabelSelector,
  validateLabels,
} from "./label-selector-validation.ts";
export { matchesNodeTerm, matchesNodeTerms } from "./node-selector.ts";
export type { LabelMatcher, Labels, Operator, Requirement } from "./requirement.ts";
