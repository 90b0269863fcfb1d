/** ResourceClaim: a request for devices, and what was allocated. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { ResourceClaim } from "../../types/resource/mod.ts";
import {
  dropDeallocatedDevices,
  validateResourceClaimStatus,
} from "../../types/resource/resource-claim-status-validation.ts";
import { validateImmutable } from "../../types/meta/immutable-validation.ts";
import { validateResourceClaim } from "../../types/resource/resource-claim-validation.ts";
import { age, name, text } from "../columns.ts";
import { clearStatus, define, keepStatus, statusOnlyResetFields, statusSubresource } from "../define.ts";

const status = statusSubresource<ResourceClaim>({
  validateUpdate: validateResourceClaimStatus,
  keeps: "metadata",
});

export const resourceClaims: Resource<ResourceClaim> = define({
  type: ResourceClaim,
  plural: "resourceclaims",
  namespaced: true,
  strategy: {
    name: subdomainName,
    resetFields: statusOnlyResetFields,
    prepareForCreate: clearStatus,
    prepareForUpdate: keepStatus,
    validateCreate: validateResourceClaim,
    metadataOnUpdate: ["whole", "changes"],
    validateUpdate: (object, old, errors) =>
      validateImmutable(ResourceClaim, ["spec"], object, old, "", errors),
  },
  status: {
    ...status,
    prepareForUpdate(draft, old, context) {
      status.prepareForUpdate(draft, old, context);
      dropDeallocatedDevices(draft.status, old.status);
    },
  },
  columns: [name, text("State", (object) => stateText(object)), age],
});

function stateText({ metadata, status }: ResourceClaim): string {
  const isDeleted = metadata.deletionTimestamp !== undefined;
  if (status.allocation === undefined) return isDeleted ? "deleted" : "pending";
  const isReserved = (status.reservedFor ?? []).length > 0;
  return [isDeleted ? "deleted" : "", "allocated", isReserved ? "reserved" : ""]
    .filter((one) => one !== "")
    .join(",");
}
