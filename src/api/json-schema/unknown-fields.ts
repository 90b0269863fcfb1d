/** Whether pruning by a schema would take something from a value (KEP 1693). */
import type { JSONSchemaProps } from "../types/apiextensions/json-schema.ts";

const OBJECT_FIELDS = ["apiVersion", "kind", "metadata"];

/** Fields of the value that its schema does not know; absent `schema`: no field is known. */
export function hasUnknownFields(value: unknown, schema: JSONSchemaProps | undefined): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) {
    const items = Array.isArray(schema?.items) ? undefined : schema?.items;
    return value.some((item) => hasUnknownFields(item, items));
  }
  const { properties = {}, additionalProperties: others } = schema ?? {};
  const keepsAll = schema?.["x-kubernetes-preserve-unknown-fields"] === true;
  const isObject = schema?.["x-kubernetes-embedded-resource"] === true;
  return Object.entries(value).some(([name, one]) => {
    if (isObject && OBJECT_FIELDS.includes(name)) return false;
    if (Object.hasOwn(properties, name)) return hasUnknownFields(one, properties[name]);
    if (others === undefined || others === false) return !keepsAll;
    return hasUnknownFields(one, others === true ? undefined : others);
  });
}
