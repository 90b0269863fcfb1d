/**
 * Field selectors: `metadata.name=a,status.phase!=Running`. In a value `\`, `,` and `=` are written `\\`,
 * `\,`, `\=`; `==` means `=`. A field that an object lacks has the value `""` (apimachinery's `fields`
 * package). Which fields a resource allows is the caller's to check, by `requirements`.
 */
import { SelectorError } from "./errors.ts";
import { MAX_SELECTOR_LENGTH } from "./limits.ts";

/** `status.phase!=Running`. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}

/** A parsed field selector; all its requirements must hold. Immutable. */
export class FieldSelector {
  readonly requirements: readonly FieldRequirement[];

  constructor(requirements: readonly FieldRequirement[]) {
    this.requirements = requirements;
  }

  get matchesEverything(): boolean {
    return this.requirements.length === 0;
  }

  /** `valueOf(field)` gives the object's value, `undefined` or `""` when it has none. */
  matches(valueOf: (field: string) => string | undefined): boolean {
    for (const { field, operator, value } of this.requirements) {
      if (((valueOf(field) ?? "") === value) !== (operator === "=")) return false;
    }
    return true;
  }

  matchesMap(values: Readonly<Record<string, string>>): boolean {
    return this.matches((field) => (Object.hasOwn(values, field) ? values[field] : undefined));
  }

  /** The one value that `field` must have, for a look-up instead of a scan. */
  exactValue(field: string): string | undefined {
    return this.requirements.find((one) => one.field === field && one.operator === "=")?.value;
  }

  /** The canonical text, which parses to an equal selector. */
  toString(): string {
    return this.requirements
      .map(({ field, operator, value }) => `${field}${operator}${escapeFieldValue(value)}`)
      .join(",");
  }
}

export const EVERY_FIELD: FieldSelector = new FieldSelector([]);

/** Throws `SelectorError` `syntax`. */
export function parseFieldSelector(text: string): FieldSelector {
  if (text === "") return EVERY_FIELD;
  if (text.length > MAX_SELECTOR_LENGTH) {
    throw new SelectorError(
      "syntax",
      `Cannot parse a selector of ${text.length} characters: limit is ${MAX_SELECTOR_LENGTH}`,
    );
  }
  const terms = splitUnescaped(text).filter((term) => term !== "");
  return new FieldSelector(terms.map((term) => parseTerm(term, text)));
}

/** The value as the text form needs it. */
export function escapeFieldValue(value: string): string {
  return value.replace(/[\\,=]/g, "\\$&");
}

function splitUnescaped(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === ",") {
      terms.push(text.slice(start, i));
      start = i + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function parseTerm(term: string, text: string): FieldRequirement {
  const found = /^((?:\\.|[^\\])*?)(!=|==|=)(.*)$/s.exec(term);
  if (found === null)
    refuse(text, `${JSON.stringify(term)} has no operator; use field=value or field!=value`);
  const [, field = "", operator, value = ""] = found;
  return { field, operator: operator === "!=" ? "!=" : "=", value: unescape(value, text) };
}

function unescape(value: string, text: string): string {
  if (!/[\\=]/.test(value)) return value;
  return value.replace(/\\([^])|[\\=]/g, (sequence, escaped: string | undefined) => {
    if (escaped === "\\" || escaped === "," || escaped === "=") return escaped;
    return refuse(
      text,
      `unexpected ${JSON.stringify(sequence)} in the value ${JSON.stringify(value)}; escape it with '\\'`,
    );
  });
}

function refuse(text: string, detail: string): never {
  throw new SelectorError("syntax", `Cannot parse field selector ${JSON.stringify(text)}: ${detail}`);
}
