/**
 * One condition on a set of labels, its canonical text and its matcher. A missing key satisfies the negative
 * operators (`!=`, `notin`, `!key`) and no other, as in apimachinery's `labels` package.
 */
import { labelValue, qualifiedName } from "../names/qualified-name.ts";
import { SelectorError } from "./errors.ts";

export type Labels = Readonly<Record<string, string>> | undefined | null;

export type Operator = "=" | "==" | "!=" | "in" | "notin" | "exists" | "!" | ">" | "<";

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  /** Sorted, without doubles; empty for `exists` and `!`, exactly one for `=`, `==`, `!=`, `>` and `<`. */
  readonly values: readonly string[];
}

export type LabelMatcher = (labels: Labels) => boolean;

const INTEGER = /^[-+]?[0-9]+$/;

/** Throws `SelectorError` `invalid` when the key, a value or their number does not fit the operator. */
export function requirement(key: string, operator: Operator, values: readonly string[]): Requirement {
  const refuse = (detail: string): never => {
    throw new SelectorError(
      "invalid",
      `Cannot use the requirement on label ${JSON.stringify(key)}: ${detail}`,
    );
  };
  for (const problem of qualifiedName(key)) refuse(problem);
  if ((operator === "in" || operator === "notin") && values.length === 0) {
    refuse(`the operator '${operator}' needs at least one value`);
  }
  if (operator === ">" || operator === "<") {
    if (!values.every((value) => INTEGER.test(value)))
      refuse(`the operator '${operator}' compares integers only`);
  } else {
    for (const value of values) {
      for (const problem of labelValue(value)) refuse(`value ${JSON.stringify(value)} ${problem}`);
    }
  }
  return { key, operator, values: values.length < 2 ? values : [...new Set(values)].sort() };
}

/** `a in (x,y)`, `a=b`, `!a`. */
export function requirementText({ key, operator, values }: Requirement): string {
  switch (operator) {
    case "exists":
      return key;
    case "!":
      return `!${key}`;
    case "in":
    case "notin":
      return `${key} ${operator} (${values.join(",")})`;
    default:
      return `${key}${operator}${values[0]}`;
  }
}

export function requirementMatcher({ key, operator, values }: Requirement): LabelMatcher {
  const first = values[0];
  switch (operator) {
    case "exists":
      return (labels) => valueOf(labels, key) !== undefined;
    case "!":
      return (labels) => valueOf(labels, key) === undefined;
    case "=":
    case "==":
      return (labels) => valueOf(labels, key) === first;
    case "!=":
      return (labels) => valueOf(labels, key) !== first;
    case "in":
    case "notin": {
      const set = new Set<string | undefined>(values);
      return operator === "in"
        ? (labels) => set.has(valueOf(labels, key))
        : (labels) => !set.has(valueOf(labels, key));
    }
    case ">":
    case "<": {
      const bound = BigInt(first ?? "0");
      return (labels) => {
        const value = valueOf(labels, key);
        if (value === undefined || !INTEGER.test(value)) return false;
        return operator === ">" ? BigInt(value) > bound : BigInt(value) < bound;
      };
    }
  }
}

function valueOf(labels: Labels, key: string): string | undefined {
  return labels != null && Object.hasOwn(labels, key) ? labels[key] : undefined;
}
