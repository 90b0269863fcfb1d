/**
 * Snapshots of a template, by which roll-outs are told apart.
 * A table of apps/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  field,
  int64,
  kind,
  nullable,
  type Plain,
  rawExtension,
  type Shape,
  struct,
} from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export interface ControllerRevision extends Shape<typeof ControllerRevision>, Plain {}
export const ControllerRevision = kind<ControllerRevision>(
  "apps/v1",
  "ControllerRevision",
)({
  metadata: struct(1, ObjectMeta),
  data: nullable(2, rawExtension),
  revision: field(3, int64),
});

export type ControllerRevisionList = KubeList<ControllerRevision>;
export const ControllerRevisionList = kindList(ControllerRevision);
