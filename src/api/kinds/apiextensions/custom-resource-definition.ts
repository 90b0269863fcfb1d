/**
 * CustomResourceDefinition: a kind of the user's. Its stored form is the beta one (v1beta1-conversion.ts).
 */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { CustomResourceDefinition } from "../../types/apiextensions/mod.ts";
import {
  validateDefinition,
  validateDefinitionUpdate,
} from "../../types/apiextensions/custom-resource-definition-validation.ts";
import { createdAt, name } from "../columns.ts";
import { define, keepStatus, statusOnlyResetFields, statusSubresource } from "../define.ts";
import { fromBeta, toBeta } from "./v1beta1-conversion.ts";

export const customResourceDefinitions: Resource<CustomResourceDefinition> = define({
  type: CustomResourceDefinition,
  plural: "customresourcedefinitions",
  namespaced: false,
  shortNames: ["crd", "crds"],
  categories: ["api-extensions"],
  storage: {
    prefix: "/registry/apiextensions.k8s.io/customresourcedefinitions",
    version: "apiextensions.k8s.io/v1beta1",
    conversion: { toStorage: toBeta, fromStorage: fromBeta },
  },
  strategy: {
    allowUnconditionalUpdate: false,
    name: subdomainName,
    anyFinalizer: true,
    generationOf: ["spec"],
    resetFields: statusOnlyResetFields,
    prepareForCreate(draft) {
      const stored = (draft.spec.versions ?? []).filter((version) => version.storage);
      const storedVersions = [...new Set(stored.map((version) => version.name))];
      draft.status = { conditions: null, acceptedNames: { plural: "", kind: "" }, storedVersions };
    },
    prepareForUpdate: keepStatus,
    validateCreate: validateDefinition,
    validateUpdate: validateDefinitionUpdate,
  },
  status: statusSubresource({ keeps: "metadata" }),
  columns: [name, createdAt],
});
