/**
 * The answer of the oldest kubelet status call, kept for compatibility.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import { kind, type Plain, type Shape, struct } from "../../schema/mod.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { PodStatus } from "./pod.ts";

export interface PodStatusResult extends Shape<typeof PodStatusResult>, Plain {}
export const PodStatusResult = kind<PodStatusResult>(
  "v1",
  "PodStatusResult",
)({
  metadata: struct(1, ObjectMeta),
  status: struct(2, PodStatus),
});
