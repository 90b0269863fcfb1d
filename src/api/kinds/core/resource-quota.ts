/** ResourceQuota: how much of each resource a namespace may use. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { ResourceQuota } from "../../types/core/mod.ts";
import {
  validateResourceQuota,
  validateResourceQuotaStatus,
  validateResourceQuotaUpdate,
} from "../../types/core/resource-quota-validation.ts";
import { age, name, text } from "../columns.ts";
import { clearStatus, define, keepStatus, statusResetFields, statusSubresource } from "../define.ts";

export const resourceQuotas: Resource<ResourceQuota> = define({
  type: ResourceQuota,
  plural: "resourcequotas",
  namespaced: true,
  shortNames: ["quota"],
  strategy: {
    name: subdomainName,
    resetFields: statusResetFields,
    prepareForCreate: clearStatus,
    prepareForUpdate: keepStatus,
    validateCreate: validateResourceQuota,
    validateUpdate: validateResourceQuotaUpdate,
  },
  status: statusSubresource<ResourceQuota>({ validateUpdate: validateResourceQuotaStatus }),
  columns: [
    name,
    text("Request", (object) => usage(object, (resource) => !resource.startsWith("limits."))),
    text("Limit", (object) => usage(object, (resource) => resource.startsWith("limits."))),
    age,
  ],
});

/** `pods: 1/10, requests.cpu: 0/2`, of what the status reports. */
function usage({ status }: ResourceQuota, wanted: (resource: string) => boolean): string {
  const hard = Object.entries(status.hard ?? {}).filter(([resource]) => wanted(resource));
  return hard
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, most]) => `${resource}: ${status.used?.[resource] ?? "0"}/${most}`)
    .join(", ");
}
