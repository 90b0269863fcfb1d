/**
 * Resource slices: the devices of a node or pool.
 * A table of resource.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  field,
  int64,
  kind,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
} from "../../schema/mod.ts";
import { NodeSelector } from "../core/node-selector.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { CounterSet, Device } from "./device.ts";

export interface ResourcePool extends Shape<typeof ResourcePool>, Plain {}
export const ResourcePool = message<ResourcePool>("ResourcePool")({
  name: field(1, string),
  generation: field(2, int64),
  resourceSliceCount: field(3, int64),
});

export interface ResourceSliceSpec extends Shape<typeof ResourceSliceSpec>, Plain {}
export const ResourceSliceSpec = message<ResourceSliceSpec>("ResourceSliceSpec")({
  driver: field(1, string),
  pool: field(2, ResourcePool),
  nodeName: optional(3, string),
  nodeSelector: optional(4, NodeSelector),
  allNodes: optional(5, bool),
  devices: omitempty(6, atomic(Device)),
  perDeviceNodeSelection: optional(7, bool, { gate: "DRAPartitionableDevices" }),
  sharedCounters: omitempty(8, atomic(CounterSet), { gate: "DRAPartitionableDevices" }),
});

export interface ResourceSlice extends Shape<typeof ResourceSlice>, Plain {}
export const ResourceSlice = kind<ResourceSlice>(
  "resource.k8s.io/v1",
  "ResourceSlice",
)({
  metadata: struct(1, ObjectMeta),
  spec: field(2, ResourceSliceSpec),
});

export type ResourceSliceList = KubeList<ResourceSlice>;
export const ResourceSliceList = kindList(ResourceSlice);
