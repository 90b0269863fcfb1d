/**
 * Devices, their attributes and capacities.
 * A table of resource.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  enumOf,
  field,
  int64,
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
  time,
  type Value,
} from "../../schema/mod.ts";
import { NodeSelector } from "../core/node-selector.ts";

export interface CELDeviceSelector extends Shape<typeof CELDeviceSelector>, Plain {}
export const CELDeviceSelector = message<CELDeviceSelector>("CELDeviceSelector")({
  expression: field(1, string),
});

export interface CapacityRequestPolicyRange extends Shape<typeof CapacityRequestPolicyRange>, Plain {}
export const CapacityRequestPolicyRange = message<CapacityRequestPolicyRange>("CapacityRequestPolicyRange")({
  min: optional(1, quantity, { required: true }),
  max: optional(2, quantity),
  step: optional(3, quantity),
});

export interface CapacityRequestPolicy extends Shape<typeof CapacityRequestPolicy>, Plain {}
export const CapacityRequestPolicy = message<CapacityRequestPolicy>("CapacityRequestPolicy")({
  default: nullable(1, quantity),
  validValues: omitempty(3, atomic(quantity)),
  validRange: optional(4, CapacityRequestPolicyRange),
});

export interface CapacityRequirements extends Shape<typeof CapacityRequirements>, Plain {}
export const CapacityRequirements = message<CapacityRequirements>("CapacityRequirements")({
  requests: omitempty(1, map(quantity)),
});

export interface Counter extends Shape<typeof Counter>, Plain {}
export const Counter = message<Counter>("Counter")({
  value: field(1, quantity),
});

export interface CounterSet extends Shape<typeof CounterSet>, Plain {}
export const CounterSet = message<CounterSet>("CounterSet")({
  name: field(1, string),
  counters: omitempty(2, map(Counter), { required: true }),
});

export interface DeviceAttribute extends Shape<typeof DeviceAttribute>, Plain {}
export const DeviceAttribute = message<DeviceAttribute>("DeviceAttribute")({
  int: optional(2, int64),
  bool: optional(3, bool),
  string: optional(4, string),
  version: optional(5, string),
  ints: omitempty(6, atomic(int64), { gate: "DRAListTypeAttributes" }),
  bools: omitempty(7, atomic(bool), { gate: "DRAListTypeAttributes" }),
  strings: omitempty(8, atomic(string), { gate: "DRAListTypeAttributes" }),
  versions: omitempty(9, atomic(string), { gate: "DRAListTypeAttributes" }),
});

export interface DeviceCapacity extends Shape<typeof DeviceCapacity>, Plain {}
export const DeviceCapacity = message<DeviceCapacity>("DeviceCapacity")({
  value: field(1, quantity),
  requestPolicy: optional(2, CapacityRequestPolicy, { gate: "DRAConsumableCapacity" }),
});

export interface DeviceCounterConsumption extends Shape<typeof DeviceCounterConsumption>, Plain {}
export const DeviceCounterConsumption = message<DeviceCounterConsumption>("DeviceCounterConsumption")({
  counterSet: field(1, string),
  counters: omitempty(2, map(Counter), { required: true }),
});

export type DeviceTaintEffect = Value<typeof DeviceTaintEffect>;
export const DeviceTaintEffect = enumOf("NoExecute", "NoSchedule", "None");

export interface DeviceTaint extends Shape<typeof DeviceTaint>, Plain {}
export const DeviceTaint = message<DeviceTaint>("DeviceTaint")({
  key: field(1, string),
  value: omitempty(2, string),
  effect: field(3, DeviceTaintEffect),
  timeAdded: optional(4, time),
});

export interface NodeAllocatableResourceMapping extends Shape<typeof NodeAllocatableResourceMapping>, Plain {}
export const NodeAllocatableResourceMapping = message<NodeAllocatableResourceMapping>(
  "NodeAllocatableResourceMapping",
)({
  capacityKey: optional(1, string),
  allocationMultiplier: optional(2, quantity),
});

export interface Device extends Shape<typeof Device>, Plain {}
export const Device = message<Device>("Device")({
  name: field(1, string),
  attributes: omitempty(2, map(DeviceAttribute)),
  capacity: omitempty(3, map(DeviceCapacity)),
  consumesCounters: omitempty(4, atomic(DeviceCounterConsumption), { gate: "DRAPartitionableDevices" }),
  nodeName: optional(5, string, { gate: "DRAPartitionableDevices" }),
  nodeSelector: optional(6, NodeSelector, { gate: "DRAPartitionableDevices" }),
  allNodes: optional(7, bool, { gate: "DRAPartitionableDevices" }),
  taints: omitempty(8, atomic(DeviceTaint), { gate: "DRADeviceTaints" }),
  bindsToNode: optional(9, bool, { gate: "DRADeviceBindingConditions,DRAResourceClaimDeviceStatus" }),
  bindingConditions: omitempty(10, atomic(string), {
    gate: "DRADeviceBindingConditions,DRAResourceClaimDeviceStatus",
  }),
  bindingFailureConditions: omitempty(11, atomic(string), {
    gate: "DRADeviceBindingConditions,DRAResourceClaimDeviceStatus",
  }),
  allowMultipleAllocations: optional(12, bool, { gate: "DRAConsumableCapacity" }),
  nodeAllocatableResourceMappings: omitempty(13, map(NodeAllocatableResourceMapping), {
    gate: "DRANodeAllocatableResources",
  }),
});

export interface OpaqueDeviceConfiguration extends Shape<typeof OpaqueDeviceConfiguration>, Plain {}
export const OpaqueDeviceConfiguration = message<OpaqueDeviceConfiguration>("OpaqueDeviceConfiguration")({
  driver: field(1, string),
  parameters: nullable(2, rawExtension, { required: true }),
});

export interface DeviceConfiguration extends Shape<typeof DeviceConfiguration>, Plain {}
export const DeviceConfiguration = message<DeviceConfiguration>("DeviceConfiguration")({
  opaque: optional(1, OpaqueDeviceConfiguration),
});

export interface DeviceSelector extends Shape<typeof DeviceSelector>, Plain {}
export const DeviceSelector = message<DeviceSelector>("DeviceSelector")({
  cel: optional(1, CELDeviceSelector),
});

export type DeviceTolerationOperator = Value<typeof DeviceTolerationOperator>;
export const DeviceTolerationOperator = enumOf("Equal", "Exists");

export interface DeviceToleration extends Shape<typeof DeviceToleration>, Plain {}
export const DeviceToleration = message<DeviceToleration>("DeviceToleration")({
  key: omitempty(1, string),
  operator: omitempty(2, DeviceTolerationOperator, { default: "Equal" }),
  value: omitempty(3, string),
  effect: omitempty(4, DeviceTaintEffect),
  tolerationSeconds: optional(5, int64),
});
