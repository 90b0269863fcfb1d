/** Secret: bytes that are not for everybody, with a type that says which keys must be there. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { Secret } from "../../types/core/mod.ts";
import { validateSecret, validateSecretUpdate } from "../../types/core/secret-validation.ts";
import { age, name, text } from "../columns.ts";
import { define } from "../define.ts";

export const secrets: Resource<Secret> = define({
  type: Secret,
  plural: "secrets",
  namespaced: true,
  strategy: {
    name: subdomainName,
    prepareForUpdate(draft, old) {
      if (!draft.type && old.type) draft.type = old.type;
    },
    metadataOnUpdate: ["changes", "whole"],
    validateCreate: validateSecret,
    validateUpdate: validateSecretUpdate,
  },
  selectableFields: { type: ({ type }) => type ?? "" },
  columns: [
    name,
    text("Type", ({ type }) => type ?? ""),
    text("Data", ({ data }) => Object.keys(data ?? {}).length),
    age,
  ],
});
