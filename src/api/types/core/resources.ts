/**
 * Amounts of resources that containers, pods and claims ask for, and what devices answer.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  by,
  known,
  field,
  map,
  message,
  omitempty,
  optional,
  type Plain,
  quantity,
  type Shape,
  string,
  type Value,
} from "../../schema/mod.ts";
import { defaultResources } from "./resources-defaults.ts";

export interface ResourceClaim extends Shape<typeof ResourceClaim>, Plain {}
export const ResourceClaim = message<ResourceClaim>("ResourceClaim")({
  name: field(1, string),
  request: omitempty(2, string),
});

export type ResourceHealthStatus = Value<typeof ResourceHealthStatus>;
export const ResourceHealthStatus = known("Healthy", "Unhealthy", "Unknown");

export interface ResourceHealth extends Shape<typeof ResourceHealth>, Plain {}
export const ResourceHealth = message<ResourceHealth>("ResourceHealth")({
  resourceID: field(1, string),
  health: omitempty(2, ResourceHealthStatus),
  message: optional(6, string, { gate: "ResourceHealthStatusMessage" }),
});

export interface ResourceRequirements extends Shape<typeof ResourceRequirements>, Plain {}
export const ResourceRequirements = message<ResourceRequirements>("ResourceRequirements")(
  {
    limits: omitempty(1, map(quantity)),
    requests: omitempty(2, map(quantity)),
    claims: omitempty(3, by("name", ResourceClaim), { gate: "DynamicResourceAllocation" }),
  },
  { default: defaultResources },
);

export interface ResourceStatus extends Shape<typeof ResourceStatus>, Plain {}
export const ResourceStatus = message<ResourceStatus>("ResourceStatus")({
  name: field(1, string),
  resources: omitempty(2, by("resourceID", ResourceHealth)),
});

export interface VolumeResourceRequirements extends Shape<typeof VolumeResourceRequirements>, Plain {}
export const VolumeResourceRequirements = message<VolumeResourceRequirements>("VolumeResourceRequirements")({
  limits: omitempty(1, map(quantity)),
  requests: omitempty(2, map(quantity)),
});
