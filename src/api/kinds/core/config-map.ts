/** ConfigMap: text and bytes by key, up to 1 MiB together, immutable on request. */
import { atKey, type FieldErrors } from "../../field-errors.ts";
import { byteLength } from "../../names/check.ts";
import { subdomainName } from "../../names/object-name.ts";
import { configMapKey } from "../../names/qualified-name.ts";
import type { Resource } from "../../resource.ts";
import { sameField } from "../../same-of.ts";
import { ConfigMap } from "../../types/core/mod.ts";
import { age, name, text } from "../columns.ts";
import { define } from "../define.ts";

/** Of all values together, so that one object stays well under the store's limit. */
const maxDataBytes = 1024 * 1024;

export const configMaps: Resource<ConfigMap> = define({
  type: ConfigMap,
  plural: "configmaps",
  namespaced: true,
  shortNames: ["cm"],
  strategy: {
    name: subdomainName,
    metadataOnUpdate: ["changes", "whole"],
    validateCreate: validate,
    validateUpdate(object, old, errors) {
      if (old.immutable) validateUnchanged(object, old, errors);
      validate(object, errors);
    },
  },
  columns: [
    name,
    text(
      "Data",
      ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
    ),
    age,
  ],
});

function validate(object: ConfigMap, errors: FieldErrors): void {
  const data = Object.entries(object.data ?? {});
  const binary = Object.entries(object.binaryData ?? {});
  for (const [key] of data) {
    errors.invalidEach(atKey("data", key), key, configMapKey(key));
    if (Object.hasOwn(object.binaryData ?? {}, key))
      errors.invalid(atKey("data", key), key, "is also in binaryData");
  }
  for (const [key] of binary) errors.invalidEach(atKey("binaryData", key), key, configMapKey(key));
  let total = 0;
  for (const [, value] of data) total += byteLength(value);
  for (const [, value] of binary) total += Buffer.from(value, "base64").length;
  if (total > maxDataBytes) errors.tooLong("", maxDataBytes);
}

function validateUnchanged(object: ConfigMap, old: ConfigMap, errors: FieldErrors): void {
  const why = "field is immutable when `immutable` is set";
  if (!object.immutable) errors.forbidden("immutable", why);
  for (const field of ["data", "binaryData"] as const)
    if (!sameField(ConfigMap, field, object, old)) errors.forbidden(field, why);
}
