/** Ways within a schema: to the field of a path, as in `.spec.ports['http']`, and to all that is in it. */
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
  const found = [root];
  // What is found is looked into in its turn.
  for (const { items, additionalProperties: values, not, properties, allOf, anyOf, oneOf } of found) {
    for (const branches of [allOf, anyOf, oneOf]) found.push(...(branches ?? []));
    found.push(...Object.values(properties ?? {}));
    if (not !== undefined) found.push(not);
    if (typeof values === "object") found.push(values);
    if (items !== undefined) found.push(...(Array.isArray(items) ? items : [items]));
  }
  return found;
}
