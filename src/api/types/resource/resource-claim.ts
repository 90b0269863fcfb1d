/**
 * Claims to devices, and their templates.
 * A table of resource.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  by,
  enumOf,
  field,
  inline,
  int64,
  kind,
  map,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  quantity,
  rawExtension,
  type Shape,
  string,
  struct,
  time,
  type Value,
} from "../../schema/mod.ts";
import { NodeSelector } from "../core/node-selector.ts";
import { Condition } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { CapacityRequirements, DeviceConfiguration, DeviceSelector, DeviceToleration } from "./device.ts";
import { defaultExactRequest, defaultSubRequest } from "./resource-claim-defaults.ts";

export interface NetworkDeviceData extends Shape<typeof NetworkDeviceData>, Plain {}
export const NetworkDeviceData = message<NetworkDeviceData>("NetworkDeviceData")({
  interfaceName: omitempty(1, string),
  ips: omitempty(2, atomic(string)),
  hardwareAddress: omitempty(3, string),
});

export interface AllocatedDeviceStatus extends Shape<typeof AllocatedDeviceStatus>, Plain {}
export const AllocatedDeviceStatus = message<AllocatedDeviceStatus>("AllocatedDeviceStatus")({
  driver: field(1, string),
  pool: field(2, string),
  device: field(3, string),
  shareID: optional(7, string, { gate: "DRAConsumableCapacity" }),
  conditions: nullable(4, by("type", Condition)),
  data: optional(5, rawExtension),
  networkData: optional(6, NetworkDeviceData),
});

export interface DeviceRequestAllocationResult extends Shape<typeof DeviceRequestAllocationResult>, Plain {}
export const DeviceRequestAllocationResult = message<DeviceRequestAllocationResult>(
  "DeviceRequestAllocationResult",
)({
  request: field(1, string),
  driver: field(2, string),
  pool: field(3, string),
  device: field(4, string),
  adminAccess: optional(5, bool, { gate: "DRAAdminAccess" }),
  tolerations: omitempty(6, atomic(DeviceToleration), { gate: "DRADeviceTaints" }),
  bindingConditions: omitempty(7, atomic(string), {
    gate: "DRADeviceBindingConditions,DRAResourceClaimDeviceStatus",
  }),
  bindingFailureConditions: omitempty(8, atomic(string), {
    gate: "DRADeviceBindingConditions,DRAResourceClaimDeviceStatus",
  }),
  shareID: optional(9, string, { gate: "DRAConsumableCapacity" }),
  consumedCapacity: omitempty(10, map(quantity), { gate: "DRAConsumableCapacity" }),
});

export type AllocationConfigSource = Value<typeof AllocationConfigSource>;
export const AllocationConfigSource = enumOf("FromClaim", "FromClass");

export interface DeviceAllocationConfiguration extends Shape<typeof DeviceAllocationConfiguration>, Plain {}
export const DeviceAllocationConfiguration = message<DeviceAllocationConfiguration>(
  "DeviceAllocationConfiguration",
)({
  source: field(1, AllocationConfigSource),
  requests: omitempty(2, atomic(string)),
  ...inline(3, DeviceConfiguration),
});

export interface DeviceAllocationResult extends Shape<typeof DeviceAllocationResult>, Plain {}
export const DeviceAllocationResult = message<DeviceAllocationResult>("DeviceAllocationResult")({
  results: omitempty(1, atomic(DeviceRequestAllocationResult)),
  config: omitempty(2, atomic(DeviceAllocationConfiguration)),
});

export interface AllocationResult extends Shape<typeof AllocationResult>, Plain {}
export const AllocationResult = message<AllocationResult>("AllocationResult")({
  devices: struct(1, DeviceAllocationResult),
  nodeSelector: optional(3, NodeSelector),
  allocationTimestamp: optional(5, time, { gate: "DRADeviceBindingConditions,DRAResourceClaimDeviceStatus" }),
});

export type DeviceAllocationMode = Value<typeof DeviceAllocationMode>;
export const DeviceAllocationMode = enumOf("All", "ExactCount");

export interface ExactDeviceRequest extends Shape<typeof ExactDeviceRequest>, Plain {}
export const ExactDeviceRequest = message<ExactDeviceRequest>("ExactDeviceRequest")(
  {
    deviceClassName: field(1, string),
    selectors: omitempty(2, atomic(DeviceSelector)),
    allocationMode: omitempty(3, DeviceAllocationMode),
    count: omitempty(4, int64),
    adminAccess: optional(5, bool, { gate: "DRAAdminAccess" }),
    tolerations: omitempty(6, atomic(DeviceToleration), { gate: "DRADeviceTaints" }),
    capacity: optional(7, CapacityRequirements, { gate: "DRAConsumableCapacity" }),
  },
  { default: defaultExactRequest },
);

export interface DeviceSubRequest extends Shape<typeof DeviceSubRequest>, Plain {}
export const DeviceSubRequest = message<DeviceSubRequest>("DeviceSubRequest")(
  {
    name: field(1, string),
    deviceClassName: field(2, string),
    selectors: omitempty(3, atomic(DeviceSelector)),
    allocationMode: omitempty(4, DeviceAllocationMode),
    count: omitempty(5, int64),
    tolerations: omitempty(6, atomic(DeviceToleration), { gate: "DRADeviceTaints" }),
    capacity: optional(7, CapacityRequirements, { gate: "DRAConsumableCapacity" }),
  },
  { default: defaultSubRequest },
);

export interface DeviceRequest extends Shape<typeof DeviceRequest>, Plain {}
export const DeviceRequest = message<DeviceRequest>("DeviceRequest")({
  name: field(1, string),
  exactly: optional(2, ExactDeviceRequest),
  firstAvailable: omitempty(3, atomic(DeviceSubRequest), { gate: "DRAPrioritizedList" }),
});

export interface DeviceConstraint extends Shape<typeof DeviceConstraint>, Plain {}
export const DeviceConstraint = message<DeviceConstraint>("DeviceConstraint")({
  requests: omitempty(1, atomic(string)),
  matchAttribute: optional(2, string),
  distinctAttribute: optional(3, string, { gate: "DRAConsumableCapacity" }),
});

export interface DeviceClaimConfiguration extends Shape<typeof DeviceClaimConfiguration>, Plain {}
export const DeviceClaimConfiguration = message<DeviceClaimConfiguration>("DeviceClaimConfiguration")({
  requests: omitempty(1, atomic(string)),
  ...inline(2, DeviceConfiguration),
});

export interface DeviceClaim extends Shape<typeof DeviceClaim>, Plain {}
export const DeviceClaim = message<DeviceClaim>("DeviceClaim")({
  requests: nullable(1, atomic(DeviceRequest)),
  constraints: omitempty(2, atomic(DeviceConstraint)),
  config: omitempty(3, atomic(DeviceClaimConfiguration)),
});

export interface ResourceClaimSpec extends Shape<typeof ResourceClaimSpec>, Plain {}
export const ResourceClaimSpec = message<ResourceClaimSpec>("ResourceClaimSpec")({
  devices: struct(1, DeviceClaim),
});

export interface ResourceClaimConsumerReference extends Shape<typeof ResourceClaimConsumerReference>, Plain {}
export const ResourceClaimConsumerReference = message<ResourceClaimConsumerReference>(
  "ResourceClaimConsumerReference",
)({
  apiGroup: omitempty(1, string),
  resource: field(3, string),
  name: field(4, string),
  uid: field(5, string),
});

export interface ResourceClaimStatus extends Shape<typeof ResourceClaimStatus>, Plain {}
export const ResourceClaimStatus = message<ResourceClaimStatus>("ResourceClaimStatus")({
  allocation: optional(1, AllocationResult),
  reservedFor: omitempty(2, by("uid", ResourceClaimConsumerReference), { patch: "merge" }),
  devices: omitempty(4, by(["driver", "device", "pool", "shareID"], AllocatedDeviceStatus), {
    gate: "DRAResourceClaimDeviceStatus",
  }),
});

export interface ResourceClaim extends Shape<typeof ResourceClaim>, Plain {}
export const ResourceClaim = kind<ResourceClaim>(
  "resource.k8s.io/v1",
  "ResourceClaim",
)({
  metadata: struct(1, ObjectMeta),
  spec: field(2, ResourceClaimSpec),
  status: struct(3, ResourceClaimStatus),
});

export type ResourceClaimList = KubeList<ResourceClaim>;
export const ResourceClaimList = kindList(ResourceClaim);

export interface ResourceClaimTemplateSpec extends Shape<typeof ResourceClaimTemplateSpec>, Plain {}
export const ResourceClaimTemplateSpec = message<ResourceClaimTemplateSpec>("ResourceClaimTemplateSpec")({
  metadata: struct(1, ObjectMeta),
  spec: field(2, ResourceClaimSpec),
});

export interface ResourceClaimTemplate extends Shape<typeof ResourceClaimTemplate>, Plain {}
export const ResourceClaimTemplate = kind<ResourceClaimTemplate>(
  "resource.k8s.io/v1",
  "ResourceClaimTemplate",
)({
  metadata: struct(1, ObjectMeta),
  spec: field(2, ResourceClaimTemplateSpec),
});

export type ResourceClaimTemplateList = KubeList<ResourceClaimTemplate>;
export const ResourceClaimTemplateList = kindList(ResourceClaimTemplate);
