/**
 * A compiled label selector: made from text (`app=web,tier in (a,b)`) or from a `LabelSelector` object.
 * Immutable. An absent object selects nothing, an empty one everything (apimachinery's
 * `LabelSelectorAsSelector`).
 */
import { SelectorError } from "./errors.ts";
import { parseRequirements } from "./label-syntax.ts";
import {
  type LabelMatcher,
  type Labels,
  type Operator,
  type Requirement,
  requirement,
  requirementMatcher,
  requirementText,
} from "./requirement.ts";

/** The API object, read-only. */
export interface LabelSelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>> | null | undefined;
  readonly matchExpressions?: readonly LabelSelectorTerm[] | null | undefined;
}

export interface LabelSelectorTerm {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | null | undefined;
}

export class Selector {
  /** Sorted by key; all must hold. */
  readonly requirements: readonly Requirement[];
  /** True for the selector that no object satisfies (an absent `LabelSelector`). */
  readonly matchesNothing: boolean;
  readonly #matchers: readonly LabelMatcher[];

  constructor(requirements: readonly Requirement[], matchesNothing = false) {
    this.requirements = [...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    this.matchesNothing = matchesNothing;
    this.#matchers = this.requirements.map(requirementMatcher);
  }

  get matchesEverything(): boolean {
    return !this.matchesNothing && this.requirements.length === 0;
  }

  matches(labels: Labels): boolean {
    if (this.matchesNothing) return false;
    for (const matcher of this.#matchers) {
      if (!matcher(labels)) return false;
    }
    return true;
  }

  /** The canonical text, which parses to an equal selector; `""` for everything and for nothing. */
  toString(): string {
    return this.requirements.map(requirementText).join(",");
  }
}

export const EVERYTHING: Selector = new Selector([]);
export const NOTHING: Selector = new Selector([], true);

/** Throws `SelectorError` `syntax` or `invalid`. */
export function parseLabelSelector(text: string): Selector {
  return text === "" ? EVERYTHING : new Selector(parseRequirements(text));
}

/** Throws `SelectorError` `invalid`; validated objects (`validateLabelSelector`) never do. */
export function labelSelector(object: LabelSelectorObject | null | undefined): Selector {
  if (object == null) return NOTHING;
  const labels = Object.entries(object.matchLabels ?? {}).map(([key, value]) =>
    requirement(key, "=", [value]),
  );
  const terms = (object.matchExpressions ?? []).map((term) =>
    requirement(term.key, termOperator(term.operator), term.values ?? []),
  );
  return labels.length + terms.length === 0 ? EVERYTHING : new Selector([...labels, ...terms]);
}

/**
 * A selector that is a plain map (`Service.spec.selector`): every pair must be there. An empty map selects
 * everything.
 */
export function labelSelectorOfMap(labels: Labels): Selector {
  return labelSelector({ matchLabels: labels ?? {} });
}

function termOperator(operator: string): Operator {
  const known = TERM_OPERATORS.get(operator);
  if (known === undefined) {
    throw new SelectorError("invalid", `Cannot use operator ${JSON.stringify(operator)} in a label selector`);
  }
  return known;
}

/** The operators of `matchExpressions`. */
export const TERM_OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ["In", "in"],
  ["NotIn", "notin"],
  ["Exists", "exists"],
  ["DoesNotExist", "!"],
]);
