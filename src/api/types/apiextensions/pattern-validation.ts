/** Patterns of a schema are regular expressions. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { RegexpError, type Regexps } from "../../regexp.ts";
import type { JSONSchemaProps } from "./json-schema.ts";
import { placesWithin } from "./schema-path.ts";

export function validatePatterns(
  root: JSONSchemaProps,
  path: string,
  errors: FieldErrors,
  patterns: Regexps,
): void {
  for (const [{ pattern = "" }, where] of placesWithin(root, path)) {
    const fault = pattern === "" ? undefined : faultOf(pattern, patterns);
    const complaint = `must be a valid regular expression, but isn't: ${fault}`;
    if (fault !== undefined) errors.invalid(at(where, "pattern"), pattern, complaint);
  }
}

function faultOf(pattern: string, patterns: Regexps): string | undefined {
  try {
    patterns.check(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof RegexpError) return error.message;
    throw error;
  }
}
