/**
 * Whether a value is what a structural schema says, as upstream's validator (kube-openapi) judges custom resources and
 * defaults: keywords of OpenAPI v3, the formats of `formats.ts`, and patterns of RE2.
 */
import { identical } from "../equal.ts";
import { RegexpError, Regexps } from "../regexp.ts";
import type { JSONSchemaProps } from "../types/apiextensions/json-schema.ts";
import { Findings } from "./findings.ts";
import { formats } from "./formats.ts";

type Data = Readonly<Record<string, unknown>>;

/** What is wrong with `value`, and where in it; `patterns` are read by the expressions of the request. */
export function validateValue(
  schema: JSONSchemaProps,
  value: unknown,
  patterns: Regexps,
  path = "",
): Findings {
  const findings = new Findings(patterns);
  checkType(schema, value, path, findings);
  if (value !== null) {
    checkBranches(schema, value, path, findings);
    if (typeof value === "string") checkString(schema, value, path, findings);
    else if (typeof value === "number") checkNumber(schema, value, path, findings);
    else if (Array.isArray(value)) checkList(schema, value, path, findings);
    else if (typeof value === "object") checkObject(schema, value as Data, path, findings);
  }
  checkChoice(schema, value, path, findings);
  return findings;
}

function checkType(schema: JSONSchemaProps, value: unknown, path: string, findings: Findings): void {
  const types = typesOf(schema);
  const { format = "", nullable = false } = schema;
  const wrong = (): void =>
    findings.add(path, (field, errors) =>
      errors.typeInvalid(field, value, `must be of type ${types.join(" or ") || format}`),
    );
  if (value === null) {
    if (types.length > 0 && !nullable) wrong();
    return;
  }
  if (types.length === 0 && format === "") return;
  const isNumber = types.includes("number") || types.includes("integer");
  // Of texts and lists with a format only the format is looked at.
  if (!isNumber && format !== "" && (typeof value === "string" || Array.isArray(value))) return;
  if (types.some((type) => isOf(type, value))) findings.looks += 1;
  else wrong();
}

function typesOf(schema: JSONSchemaProps): readonly string[] {
  if (schema["x-kubernetes-int-or-string"]) return ["integer", "string"];
  return schema.type ? [schema.type] : [];
}

function isOf(type: string, value: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && !Array.isArray(value);
  return typeof value === type;
}

function checkBranches(schema: JSONSchemaProps, value: unknown, path: string, findings: Findings): void {
  const of = (branches: readonly JSONSchemaProps[] = []): Findings[] =>
    branches.map((branch) => validateValue(branch, value, findings.patterns, path));
  const [any, one, all] = [of(schema.anyOf), of(schema.oneOf), of(schema.allOf)];
  if (any.length > 0 && !any.some((each) => each.empty)) {
    findings.none(`${path || "it"} must validate at least one schema (anyOf)`);
    findings.merge(furthest(any));
  }
  const valid = one.filter((each) => each.empty).length;
  if (one.length > 0 && valid !== 1) {
    findings.none(`${path || "it"} must validate one and only one schema (oneOf), and does ${valid}`);
    if (valid === 0) findings.merge(furthest(one));
  }
  if (all.some((each) => !each.empty)) findings.none(`${path || "it"} must validate all the schemas (allOf)`);
  for (const each of all) findings.merge(each);
  if (schema.not !== undefined && validateValue(schema.not, value, findings.patterns, path).empty)
    findings.none(`${path || "it"} must not validate the schema (not)`);
  findings.looks += 1;
}

function furthest(all: readonly Findings[]): Findings {
  return all.reduce((best, one) => (one.looks > best.looks ? one : best));
}

function checkString(schema: JSONSchemaProps, value: string, path: string, findings: Findings): void {
  const { maxLength, minLength, pattern = "", format = "" } = schema;
  const length = maxLength === undefined && minLength === undefined ? 0 : runesIn(value);
  const fault = pattern === "" ? undefined : patternFault(findings.patterns, pattern, value);
  if (maxLength !== undefined && length > maxLength)
    findings.add(path, (field, errors) => errors.tooLong(field, maxLength));
  else if (minLength !== undefined && length < minLength)
    findings.invalid(path, value, `should be at least ${minLength} chars long`);
  else if (fault !== undefined) findings.invalid(path, value, fault);
  const isWellFormed = formats.get(format.replaceAll("-", ""));
  if (isWellFormed?.(value) === false)
    findings.add(path, (field, errors) => errors.typeInvalid(field, value, `must be of type ${format}`));
  findings.looks += 1;
}

function runesIn(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function patternFault(patterns: Regexps, pattern: string, value: string): string | undefined {
  try {
    return patterns.matches(pattern, value) ? undefined : `should match '${pattern}'`;
  } catch (error) {
    if (!(error instanceof RegexpError)) throw error;
    return `should match '${pattern}', but pattern is invalid: ${error.message}`;
  }
}

/** Bounds of whole numbers are whole. */
function checkNumber(schema: JSONSchemaProps, value: number, path: string, findings: Findings): void {
  const bound = Number.isInteger(value) ? Math.trunc : (limit: number): number => limit;
  const { multipleOf, maximum, exclusiveMaximum = false, minimum, exclusiveMinimum = false } = schema;
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf))
    findings.invalid(path, value, `should be a multiple of ${multipleOf}`);
  if (maximum !== undefined && isBeyond(value, bound(maximum), exclusiveMaximum))
    findings.invalid(path, value, `should be less than ${exclusiveMaximum ? "" : "or equal to "}${maximum}`);
  if (minimum !== undefined && isBeyond(bound(minimum), value, exclusiveMinimum))
    findings.invalid(
      path,
      value,
      `should be greater than ${exclusiveMinimum ? "" : "or equal to "}${minimum}`,
    );
  findings.looks += 1;
}

function isBeyond(high: number, low: number, exclusive: boolean): boolean {
  return exclusive ? high >= low : high > low;
}

function checkList(
  schema: JSONSchemaProps,
  value: readonly unknown[],
  path: string,
  findings: Findings,
): void {
  const { items, minItems, maxItems } = schema;
  if (items !== undefined && !Array.isArray(items))
    for (const [i, item] of value.entries())
      findings.merge(validateValue(items, item, findings.patterns, `${path}[${i}]`));
  if (minItems !== undefined && value.length < minItems)
    findings.invalid(path, value.length, `should have at least ${minItems} items`);
  if (maxItems !== undefined && value.length > maxItems)
    findings.add(path, (field, errors) => errors.tooMany(field, value.length, maxItems));
  findings.looks += 2;
}

function checkObject(schema: JSONSchemaProps, value: Data, path: string, findings: Findings): void {
  const { properties = {}, additionalProperties: others, required = [] } = schema;
  const { minProperties, maxProperties } = schema;
  const count = Object.keys(value).length;
  findings.looks += 1;
  if (minProperties !== undefined && count < minProperties)
    return findings.invalid(path, count, `should have at least ${minProperties} properties`);
  if (maxProperties !== undefined && count > maxProperties)
    return findings.add(path, (field, errors) => errors.tooMany(field, count, maxProperties));
  for (const [name, one] of Object.entries(value)) {
    const here = `${path}.${name}`;
    const property = Object.hasOwn(properties, name) ? properties[name] : others;
    if (property === false) findings.invalid(path, name, "is a forbidden property");
    else if (typeof property === "object")
      findings.merge(validateValue(property, one, findings.patterns, here));
  }
  for (const name of required)
    if (!Object.hasOwn(value, name))
      findings.add(`${path}.${name}`, (field, errors) => errors.required(field));
}

function checkChoice(schema: JSONSchemaProps, value: unknown, path: string, findings: Findings): void {
  const choices = schema.enum ?? [];
  findings.looks += 1;
  // Upstream's comparison never takes null.
  if (choices.length === 0 || (value !== null && choices.some((one) => identical(one, value)))) return;
  const names = choices.map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
  findings.add(path, (field, errors) => errors.notSupported(field, value, names));
}
