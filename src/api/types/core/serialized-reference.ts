/**
 * A reference as annotation text.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import { kind, type Plain, type Shape, struct } from "../../schema/mod.ts";
import { ObjectReference } from "./reference.ts";

export interface SerializedReference extends Shape<typeof SerializedReference>, Plain {}
export const SerializedReference = kind<SerializedReference>(
  "v1",
  "SerializedReference",
)({
  reference: struct(1, ObjectReference),
});
