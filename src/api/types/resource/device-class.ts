/**
 * Device classes.
 * A table of resource.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  field,
  inline,
  kind,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
} from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { DeviceConfiguration, DeviceSelector } from "./device.ts";

export interface DeviceClassConfiguration extends Shape<typeof DeviceClassConfiguration>, Plain {}
export const DeviceClassConfiguration = message<DeviceClassConfiguration>("DeviceClassConfiguration")({
  ...inline(1, DeviceConfiguration),
});

export interface DeviceClassSpec extends Shape<typeof DeviceClassSpec>, Plain {}
export const DeviceClassSpec = message<DeviceClassSpec>("DeviceClassSpec")({
  selectors: omitempty(1, atomic(DeviceSelector)),
  config: omitempty(2, atomic(DeviceClassConfiguration)),
  extendedResourceName: optional(4, string, { gate: "DRAExtendedResource" }),
});

export interface DeviceClass extends Shape<typeof DeviceClass>, Plain {}
export const DeviceClass = kind<DeviceClass>(
  "resource.k8s.io/v1",
  "DeviceClass",
)({
  metadata: struct(1, ObjectMeta),
  spec: field(2, DeviceClassSpec),
});

export type DeviceClassList = KubeList<DeviceClass>;
export const DeviceClassList = kindList(DeviceClass);
