/**
 * CustomResourceDefinition: a kind of the user's. Its stored form is the beta one (v1beta1-conversion.ts).
 */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { CustomResourceDefinition } from "../../types/apiextensions/mod.ts";
import {
  validateDefinition,
  validateDefinitionStatus,
  validateDefinitionUpdate,
} from "../../types/apiextensions/custom-resource-definition-validation.ts";
import { createdAt, name } from "../columns.ts";
import { define, statusOnlyResetFields, statusSubresource } from "../define.ts";
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
      draft.status = { conditions: null, acceptedNames: { plural: "", kind: "" }, storedVersions: [] };
      addStorageVersion(draft);
    },
    prepareForUpdate(draft, old) {
      draft.status = { ...old.status };
      addStorageVersion(draft);
    },
    validateCreate: validateDefinition,
    validateUpdate: validateDefinitionUpdate,
  },
  // Upstream means to keep the metadata too, and compares the new with itself.
  status: statusSubresource<CustomResourceDefinition>({
    validateUpdate: (object, _old, errors) => validateDefinitionStatus(object, errors),
  }),
  columns: [name, createdAt],
  generalTable: true,
});

/** What is written from now on. */
function addStorageVersion({ spec, status }: CustomResourceDefinition): void {
  const version = spec.versions?.find((one) => one.storage)?.name;
  const stored = status.storedVersions ?? [];
  if (version !== undefined && !stored.includes(version)) status.storedVersions = [...stored, version];
}
