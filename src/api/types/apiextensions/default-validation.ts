/** Defaults within a schema: each is a value that the schema itself takes, with no field that would be pruned. */
import { at, atKey, FieldErrors } from "../../field-errors.ts";
import { hasUnknownFields, validateEmbedded, validateValue } from "../../json-schema/mod.ts";
import type { Regexps } from "../../regexp.ts";
import type { JSONSchemaProps } from "./json-schema.ts";

const OBJECT_FIELDS = ["apiVersion", "kind", "metadata"];
/** What stands around a default within metadata, so that it can be judged as a part of an object. */
const surroundings = { apiVersion: "validation/v1", kind: "Validation" };

/** Where a schema is in the object that it is a part of: the root, or the last embedded one. */
interface Place {
  readonly object: JSONSchemaProps;
  /** From the object; `undefined` is an item of a list. */
  readonly steps: readonly (string | undefined)[];
}

interface DefaultRules {
  /** Fields that the schema does not know are refused. */
  readonly prunedDefaults: boolean;
  readonly patterns: Regexps;
}

export function validateDefaults(
  root: JSONSchemaProps,
  path: string,
  errors: FieldErrors,
  rules: DefaultRules,
): void {
  const object = { ...root, "x-kubernetes-embedded-resource": true };
  for (const { schema, where, place } of defaultsIn(object, path, { object, steps: [] })) {
    if (isInMetadata(place)) validateInMetadata(schema, where, place, errors, rules);
    else validateDefault(schema, where, errors, rules);
  }
}

/** Whether pruning would take something from a default of the schema. */
export function hasUnprunedDefaults(root: JSONSchemaProps): boolean {
  const object = { ...root, "x-kubernetes-embedded-resource": true };
  return [...defaultsIn(object, "", { object, steps: [] })].some(
    ({ schema, place }) => !isInMetadata(place) && hasUnknownFields(schema.default, schema),
  );
}

interface Found {
  readonly schema: JSONSchemaProps;
  readonly where: string;
  readonly place: Place;
}

/** Values of free keys have no defaults that count. */
function* defaultsIn(schema: JSONSchemaProps, where: string, from: Place): Generator<Found> {
  const place = schema["x-kubernetes-embedded-resource"] ? { object: schema, steps: [] } : from;
  const { items, properties = {} } = schema;
  if (schema.default !== undefined && schema.default !== null) yield { schema, where, place };
  const { object, steps } = place;
  if (items !== undefined && !Array.isArray(items))
    yield* defaultsIn(items, at(where, "items"), { object, steps: [...steps, undefined] });
  for (const [name, property] of Object.entries(properties))
    yield* defaultsIn(property, atKey(at(where, "properties"), name), { object, steps: [...steps, name] });
}

function isInMetadata({ steps: [first] }: Place): boolean {
  return first !== undefined && OBJECT_FIELDS.includes(first);
}

function validateDefault(
  schema: JSONSchemaProps,
  where: string,
  errors: FieldErrors,
  { prunedDefaults, patterns }: DefaultRules,
): void {
  const path = at(where, "default");
  if (prunedDefaults && hasUnknownFields(schema.default, schema))
    errors.invalid(path, schema.default, "must not have unknown fields");
  const before = errors.list.length;
  validateEmbedded(schema.default, schema, path, errors);
  if (errors.list.length === before) validateValue(schema, schema.default, patterns).reportTo(path, errors);
}

function validateInMetadata(
  schema: JSONSchemaProps,
  where: string,
  { object, steps }: Place,
  errors: FieldErrors,
  { patterns }: DefaultRules,
): void {
  const path = at(where, "default");
  const around = steps.reduceRight<unknown>(
    (value, step) => (step === undefined ? [value] : { [step]: value }),
    schema.default,
  );
  const found = new FieldErrors();
  validateEmbedded({ ...surroundings, ...(around as object) }, object, "", found);
  const [first] = found.list;
  if (first !== undefined)
    errors.invalid(path, schema.default, `must result in valid metadata: ${first.message}`);
  else validateValue(schema, schema.default, patterns).reportTo(path, errors);
}
