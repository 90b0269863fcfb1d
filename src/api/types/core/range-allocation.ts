/**
 * The bitmap of allocated addresses or ports, as upstream stores it.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import { bytes, field, kind, type Plain, type Shape, string, struct } from "../../schema/mod.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export interface RangeAllocation extends Shape<typeof RangeAllocation>, Plain {}
export const RangeAllocation = kind<RangeAllocation>(
  "v1",
  "RangeAllocation",
)({
  metadata: struct(1, ObjectMeta),
  range: field(2, string),
  data: field(3, bytes),
});
