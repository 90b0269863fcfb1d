/**
 * The call that assigns a pod to a node.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import { field, kind, message, optional, type Plain, type Shape, string, struct } from "../../schema/mod.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { ObjectReference } from "./reference.ts";

export interface Binding extends Shape<typeof Binding>, Plain {}
export const Binding = kind<Binding>(
  "v1",
  "Binding",
)({
  metadata: struct(1, ObjectMeta),
  target: field(2, ObjectReference),
});

export interface Preconditions extends Shape<typeof Preconditions>, Plain {}
export const Preconditions = message<Preconditions>("Preconditions")({
  uid: optional(1, string),
});
