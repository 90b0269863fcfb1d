/** ResourceClaimTemplate: makes a ResourceClaim for each pod. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { ResourceClaimTemplate } from "../../types/resource/mod.ts";
import {
  validateFixedSpec,
  validateResourceClaimTemplate,
} from "../../types/resource/resource-claim-validation.ts";
import { age, name } from "../columns.ts";
import { define } from "../define.ts";

export const resourceClaimTemplates: Resource<ResourceClaimTemplate> = define({
  type: ResourceClaimTemplate,
  plural: "resourceclaimtemplates",
  namespaced: true,
  strategy: {
    name: subdomainName,
    validateCreate: validateResourceClaimTemplate,
    validateUpdate: validateFixedSpec,
  },
  columns: [name, age],
});
