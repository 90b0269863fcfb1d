/**
 * Component statuses (deprecated upstream).
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  by,
  known,
  field,
  kind,
  message,
  omitempty,
  type Plain,
  type Shape,
  string,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { ConditionStatus } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export type ComponentConditionType = Value<typeof ComponentConditionType>;
export const ComponentConditionType = known("Healthy");

export interface ComponentCondition extends Shape<typeof ComponentCondition>, Plain {}
export const ComponentCondition = message<ComponentCondition>("ComponentCondition")({
  type: field(1, ComponentConditionType),
  status: field(2, ConditionStatus),
  message: omitempty(3, string),
  error: omitempty(4, string),
});

export interface ComponentStatus extends Shape<typeof ComponentStatus>, Plain {}
export const ComponentStatus = kind<ComponentStatus>(
  "v1",
  "ComponentStatus",
)({
  metadata: struct(1, ObjectMeta),
  conditions: omitempty(2, by("type", ComponentCondition), { patch: "merge" }),
});

export type ComponentStatusList = KubeList<ComponentStatus>;
export const ComponentStatusList = kindList(ComponentStatus);
