/**
 * What became of a container.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  by,
  field,
  int32,
  int64,
  map,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  quantity,
  type Shape,
  string,
  struct,
  time,
} from "../../schema/mod.ts";
import { Signal } from "./probe.ts";
import { ResourceRequirements, ResourceStatus } from "./resources.ts";
import { VolumeMountStatus } from "./volume.ts";

export interface ContainerStateWaiting extends Shape<typeof ContainerStateWaiting>, Plain {}
export const ContainerStateWaiting = message<ContainerStateWaiting>("ContainerStateWaiting")({
  reason: omitempty(1, string),
  message: omitempty(2, string),
});

export interface ContainerStateRunning extends Shape<typeof ContainerStateRunning>, Plain {}
export const ContainerStateRunning = message<ContainerStateRunning>("ContainerStateRunning")({
  startedAt: nullable(1, time),
});

export interface ContainerStateTerminated extends Shape<typeof ContainerStateTerminated>, Plain {}
export const ContainerStateTerminated = message<ContainerStateTerminated>("ContainerStateTerminated")({
  exitCode: field(1, int32),
  signal: omitempty(2, int32),
  reason: omitempty(3, string),
  message: omitempty(4, string),
  startedAt: nullable(5, time),
  finishedAt: nullable(6, time),
  containerID: omitempty(7, string),
});

export interface ContainerState extends Shape<typeof ContainerState>, Plain {}
export const ContainerState = message<ContainerState>("ContainerState")({
  waiting: optional(1, ContainerStateWaiting),
  running: optional(2, ContainerStateRunning),
  terminated: optional(3, ContainerStateTerminated),
});

export interface LinuxContainerUser extends Shape<typeof LinuxContainerUser>, Plain {}
export const LinuxContainerUser = message<LinuxContainerUser>("LinuxContainerUser")({
  uid: field(1, int64),
  gid: field(2, int64),
  supplementalGroups: omitempty(3, atomic(int64)),
});

export interface ContainerUser extends Shape<typeof ContainerUser>, Plain {}
export const ContainerUser = message<ContainerUser>("ContainerUser")({
  linux: optional(1, LinuxContainerUser),
});

export interface ContainerStatus extends Shape<typeof ContainerStatus>, Plain {}
export const ContainerStatus = message<ContainerStatus>("ContainerStatus")({
  name: field(1, string),
  state: struct(2, ContainerState),
  lastState: struct(3, ContainerState),
  ready: field(4, bool),
  restartCount: field(5, int32),
  image: field(6, string),
  imageID: field(7, string),
  containerID: omitempty(8, string),
  started: optional(9, bool),
  allocatedResources: omitempty(10, map(quantity)),
  resources: optional(11, ResourceRequirements, { gate: "InPlacePodVerticalScaling" }),
  volumeMounts: omitempty(12, by("mountPath", VolumeMountStatus), { patch: "merge" }),
  user: optional(13, ContainerUser, { gate: "SupplementalGroupsPolicy" }),
  allocatedResourcesStatus: omitempty(14, by("name", ResourceStatus), {
    patch: "merge",
    gate: "ResourceHealthStatus",
  }),
  stopSignal: optional(15, Signal, { gate: "ContainerStopSignals" }),
});
