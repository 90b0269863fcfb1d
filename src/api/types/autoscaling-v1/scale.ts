/**
 * The scale subresource.
 * A table of autoscaling/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  field,
  int32,
  kind,
  message,
  omitempty,
  type Plain,
  type Shape,
  string,
  struct,
} from "../../schema/mod.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export interface ScaleSpec extends Shape<typeof ScaleSpec>, Plain {}
export const ScaleSpec = message<ScaleSpec>("ScaleSpec")({
  replicas: omitempty(1, int32, { default: 0 }),
});

export interface ScaleStatus extends Shape<typeof ScaleStatus>, Plain {}
export const ScaleStatus = message<ScaleStatus>("ScaleStatus")({
  replicas: field(1, int32),
  selector: omitempty(2, string),
});

export interface Scale extends Shape<typeof Scale>, Plain {}
export const Scale = kind<Scale>(
  "autoscaling/v1",
  "Scale",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, ScaleSpec),
  status: struct(3, ScaleStatus),
});
