/** ResourceClaimTemplate: makes a ResourceClaim for each pod. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { ResourceClaimTemplate } from "../../types/resource/mod.ts";
import { validateResourceClaimTemplate } from "../../types/resource/resource-claim-validation.ts";
import { validateImmutable } from "../../types/meta/immutable-validation.ts";
import { age, name } from "../columns.ts";
import { define } from "../define.ts";

export const resourceClaimTemplates: Resource<ResourceClaimTemplate> = define({
  type: ResourceClaimTemplate,
  plural: "resourceclaimtemplates",
  namespaced: true,
  strategy: {
    name: subdomainName,
    rereads: true,
    validateCreate: validateResourceClaimTemplate,
    validateUpdate: (object, old, errors) =>
      validateImmutable(ResourceClaimTemplate, ["spec"], object, old, "", errors),
  },
  columns: [name, age],
});
