/** Paths of fields within a schema, as in `.spec.ports['http']`. */
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
