/**
 * Limits and defaults for the resources of a namespace.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  known,
  field,
  kind,
  map,
  message,
  nullable,
  omitempty,
  type Plain,
  quantity,
  type Shape,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { defaultLimitRangeItem } from "./limit-range-defaults.ts";

export type LimitType = Value<typeof LimitType>;
export const LimitType = known("Container", "PersistentVolumeClaim", "Pod");

export interface LimitRangeItem extends Shape<typeof LimitRangeItem>, Plain {}
export const LimitRangeItem = message<LimitRangeItem>("LimitRangeItem")(
  {
    type: field(1, LimitType),
    max: omitempty(2, map(quantity)),
    min: omitempty(3, map(quantity)),
    default: omitempty(4, map(quantity)),
    defaultRequest: omitempty(5, map(quantity)),
    maxLimitRequestRatio: omitempty(6, map(quantity)),
  },
  { default: defaultLimitRangeItem },
);

export interface LimitRangeSpec extends Shape<typeof LimitRangeSpec>, Plain {}
export const LimitRangeSpec = message<LimitRangeSpec>("LimitRangeSpec")({
  limits: nullable(1, atomic(LimitRangeItem), { required: true }),
});

export interface LimitRange extends Shape<typeof LimitRange>, Plain {}
export const LimitRange = kind<LimitRange>(
  "v1",
  "LimitRange",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, LimitRangeSpec),
});

export type LimitRangeList = KubeList<LimitRange>;
export const LimitRangeList = kindList(LimitRange);
