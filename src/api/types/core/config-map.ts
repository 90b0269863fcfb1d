/**
 * Config maps.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  bool,
  bytes,
  kind,
  map,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
} from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export interface ConfigMap extends Shape<typeof ConfigMap>, Plain {}
export const ConfigMap = kind<ConfigMap>(
  "v1",
  "ConfigMap",
)({
  metadata: struct(1, ObjectMeta),
  immutable: optional(4, bool),
  data: omitempty(2, map(string)),
  binaryData: omitempty(3, map(bytes)),
});

export type ConfigMapList = KubeList<ConfigMap>;
export const ConfigMapList = kindList(ConfigMap);
