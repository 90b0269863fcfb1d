/** Ways within a schema: to the field of a path, as in `.spec.ports['http']`, and to all that is in it. */
import { at, atKey } from "../../field-errors.ts";
import type { JSONSchemaProps } from "./json-schema.ts";

const step = /\.([^.[\]']+)|\['((?:[^'\\]|\\.)*)'\]/y;

/** The schema of a field, or undefined where the path leads to none; items of lists have no path. */
export function schemaAt(root: JSONSchemaProps, path: string): JSONSchemaProps | undefined {
  let schema = root;
  for (let end = 0; end < path.length; end = step.lastIndex) {
    step.lastIndex = end;
    const match = step.exec(path);
    if (match === null) return undefined;
    const name = match[1] ?? (match[2] ?? "").replace(/\\(.)/g, "$1");
    const { properties, additionalProperties: values } = schema;
    const next = properties === undefined ? values : properties[name];
    if (next === undefined || typeof next === "boolean") return undefined;
    schema = next;
  }
  return schema;
}

/** The schema and all within it, branches too. */
export function schemasWithin(root: JSONSchemaProps): readonly JSONSchemaProps[] {
  return placesWithin(root, "").map(([schema]) => schema);
}

/** The same, each with where it is. */
export function placesWithin(
  root: JSONSchemaProps,
  path: string,
): readonly (readonly [schema: JSONSchemaProps, path: string])[] {
  const found: (readonly [JSONSchemaProps, string])[] = [[root, path]];
  // What is found is looked into in its turn.
  for (const [schema, here] of found) {
    const { items, additionalProperties: values, not, properties = {} } = schema;
    for (const word of ["allOf", "anyOf", "oneOf"] as const)
      for (const [i, branch] of (schema[word] ?? []).entries()) found.push([branch, at(at(here, word), i)]);
    for (const [name, property] of Object.entries(properties))
      found.push([property, atKey(at(here, "properties"), name)]);
    if (not !== undefined) found.push([not, at(here, "not")]);
    if (typeof values === "object") found.push([values, at(here, "additionalProperties")]);
    if (Array.isArray(items))
      for (const [i, item] of items.entries()) found.push([item, at(at(here, "items"), i)]);
    else if (items !== undefined) found.push([items, at(here, "items")]);
  }
  return found;
}
