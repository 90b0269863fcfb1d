/** Objects of the API within objects (`x-kubernetes-embedded-resource`): they say what they are, in metadata that is sound. */
import { decode } from "../codec/decode.ts";
import { DecodeError } from "../codec/errors.ts";
import { at, atKey, type FieldErrors } from "../field-errors.ts";
import { dns1035Label } from "../names/dns.ts";
import type { JSONSchemaProps } from "../types/apiextensions/json-schema.ts";
import { ObjectMeta } from "../types/meta/object-meta.ts";
import { validateObjectMeta } from "../types/meta/object-meta-validation.ts";

type Data = Readonly<Record<string, unknown>>;

export function validateEmbedded(
  value: unknown,
  schema: JSONSchemaProps | undefined,
  path: string,
  errors: FieldErrors,
): void {
  if (schema === undefined || typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    const items = Array.isArray(schema.items) ? undefined : schema.items;
    for (const [i, item] of value.entries()) validateEmbedded(item, items, at(path, i), errors);
    return;
  }
  if (schema["x-kubernetes-embedded-resource"]) validateObject(value as Data, path, errors);
  const { properties = {}, additionalProperties: others } = schema;
  for (const [name, one] of Object.entries(value)) {
    if (Object.hasOwn(properties, name)) validateEmbedded(one, properties[name], at(path, name), errors);
    else if (typeof others === "object") validateEmbedded(one, others, atKey(path, name), errors);
  }
}

function validateObject(object: Data, path: string, errors: FieldErrors): void {
  validateText(object["apiVersion"], at(path, "apiVersion"), errors, (text) =>
    text.split("/").length > 2 ? ["must be GROUP/VERSION"] : [],
  );
  validateText(object["kind"], at(path, "kind"), errors, (text) => dns1035Label(text.toLowerCase()));
  const { metadata } = object;
  if (metadata !== undefined && metadata !== null) validateMetadata(metadata, at(path, "metadata"), errors);
}

function validateText(
  value: unknown,
  path: string,
  errors: FieldErrors,
  check: (text: string) => readonly string[],
): void {
  if (value === undefined || value === "") errors.required(path);
  else if (typeof value !== "string") errors.invalid(path, value, "must be a string");
  else errors.invalidEach(path, value, check(value).slice(0, 1));
}

function validateMetadata(value: unknown, path: string, errors: FieldErrors): void {
  try {
    const { object: meta } = decode(ObjectMeta, value);
    const named = { ...meta, name: meta.name || "any" };
    validateObjectMeta(named, path, errors, { namespaced: Boolean(meta.namespace), anyFinalizer: true });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    errors.invalid(path, value, error.message);
  }
}
