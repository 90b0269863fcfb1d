/**
 * Ranges of service addresses.
 * A table of networking.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  by,
  kind,
  message,
  omitempty,
  type Plain,
  type Shape,
  string,
  struct,
} from "../../schema/mod.ts";
import { Condition } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export interface ServiceCIDRSpec extends Shape<typeof ServiceCIDRSpec>, Plain {}
export const ServiceCIDRSpec = message<ServiceCIDRSpec>("ServiceCIDRSpec")({
  cidrs: omitempty(1, atomic(string)),
});

export interface ServiceCIDRStatus extends Shape<typeof ServiceCIDRStatus>, Plain {}
export const ServiceCIDRStatus = message<ServiceCIDRStatus>("ServiceCIDRStatus")({
  conditions: omitempty(1, by("type", Condition), { patch: "merge" }),
});

export interface ServiceCIDR extends Shape<typeof ServiceCIDR>, Plain {}
export const ServiceCIDR = kind<ServiceCIDR>(
  "networking.k8s.io/v1",
  "ServiceCIDR",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, ServiceCIDRSpec),
  status: struct(3, ServiceCIDRStatus),
});

export type ServiceCIDRList = KubeList<ServiceCIDR>;
export const ServiceCIDRList = kindList(ServiceCIDR);
