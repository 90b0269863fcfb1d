/** ResourceClaim: a request for devices, and what was allocated. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { ResourceClaim } from "../../types/resource/mod.ts";
import {
  validateResourceClaim,
  validateResourceClaimUpdate,
  validateResourceClaimStatus,
} from "../../types/resource/resource-claim-validation.ts";
import { age, name, text } from "../columns.ts";
import { clearStatus, define, keepStatus, statusResetFields, statusSubresource } from "../define.ts";

export const resourceClaims: Resource<ResourceClaim> = define({
  type: ResourceClaim,
  plural: "resourceclaims",
  namespaced: true,
  strategy: {
    name: subdomainName,
    resetFields: statusResetFields,
    prepareForCreate: clearStatus,
    prepareForUpdate: keepStatus,
    validateCreate: validateResourceClaim,
    validateUpdate: validateResourceClaimUpdate,
  },
  status: statusSubresource<ResourceClaim>({ validateUpdate: validateResourceClaimStatus }),
  columns: [name, text("State", (object) => stateText(object)), age],
});

function stateText({ metadata, status }: ResourceClaim): string {
  const states = [
    ...(metadata.deletionTimestamp ? ["deleted"] : []),
    ...(status.allocation === undefined ? ["pending"] : ["allocated"]),
    ...((status.reservedFor ?? []).length > 0 ? ["reserved"] : []),
  ];
  return metadata.deletionTimestamp && status.allocation === undefined ? "deleted" : states.join(",");
}
