/** ServiceCIDR: a range that service addresses are taken from. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { ServiceCIDR } from "../../types/networking/mod.ts";
import {
  validateServiceCidr,
  validateServiceCidrUpdate,
} from "../../types/networking/service-cidr-validation.ts";
import { age, name, text } from "../columns.ts";
import { clearStatus, define, keepStatus, statusResetFields, statusSubresource } from "../define.ts";

export const serviceCidrs: Resource<ServiceCIDR> = define({
  type: ServiceCIDR,
  plural: "servicecidrs",
  namespaced: false,
  strategy: {
    name: subdomainName,
    resetFields: statusResetFields,
    prepareForCreate: clearStatus,
    prepareForUpdate: keepStatus,
    rereads: true,
    validateCreate: validateServiceCidr,
    validateUpdate: validateServiceCidrUpdate,
  },
  status: statusSubresource(),
  columns: [name, text("CIDRs", ({ spec }) => (spec.cidrs ?? []).join(",")), age],
});
