/**
 * CustomResourceDefinition: a kind of the user's. Upstream stores its beta form, which `conversion` writes.
 */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { CustomResourceDefinition } from "../../types/apiextensions/mod.ts";
import { createdAt, name } from "../columns.ts";
import { clearStatus, define, keepStatus, statusResetFields, statusSubresource } from "../define.ts";

export const customResourceDefinitions: Resource<CustomResourceDefinition> = define({
  type: CustomResourceDefinition,
  plural: "customresourcedefinitions",
  namespaced: false,
  shortNames: ["crd", "crds"],
  categories: ["api-extensions"],
  storage: {
    prefix: "/registry/apiextensions.k8s.io/customresourcedefinitions",
    version: "apiextensions.k8s.io/v1beta1",
  },
  strategy: {
    name: subdomainName,
    generationOf: ["spec"],
    resetFields: statusResetFields,
    prepareForCreate: clearStatus,
    prepareForUpdate: keepStatus,
  },
  status: statusSubresource(),
  columns: [name, createdAt],
});
