/**
 * Runtime classes.
 * A table of node.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  field,
  kind,
  map,
  message,
  omitempty,
  optional,
  type Plain,
  quantity,
  type Shape,
  string,
  struct,
} from "../../schema/mod.ts";
import { Toleration } from "../core/taint.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export interface Overhead extends Shape<typeof Overhead>, Plain {}
export const Overhead = message<Overhead>("Overhead")({
  podFixed: omitempty(1, map(quantity)),
});

export interface Scheduling extends Shape<typeof Scheduling>, Plain {}
export const Scheduling = message<Scheduling>("Scheduling")({
  nodeSelector: omitempty(1, map(string), { topology: "atomic" }),
  tolerations: omitempty(2, atomic(Toleration)),
});

export interface RuntimeClass extends Shape<typeof RuntimeClass>, Plain {}
export const RuntimeClass = kind<RuntimeClass>(
  "node.k8s.io/v1",
  "RuntimeClass",
)({
  metadata: struct(1, ObjectMeta),
  handler: field(2, string),
  overhead: optional(3, Overhead),
  scheduling: optional(4, Scheduling),
});

export type RuntimeClassList = KubeList<RuntimeClass>;
export const RuntimeClassList = kindList(RuntimeClass);
