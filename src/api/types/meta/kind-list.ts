/**
 * The list kind that goes with a kind: `export const PodList = kindList(Pod)`.
 * Every list is metadata and items; items carry neither `kind` nor `apiVersion` in protobuf.
 */
import { field, kind, list, struct, type Type } from "../../schema/mod.ts";
import { ListMeta } from "./object-meta.ts";

export interface KubeList<T> {
  kind: string;
  apiVersion: string;
  metadata: ListMeta;
  items: T[];
}

/** The table of the list of `item`, which must be a kind. */
export function kindList<T>(item: Type<T>): Type<KubeList<T>> {
  const { group, version } = item.gvk ?? { group: "", version: "v1" };
  const apiVersion = group === "" ? version : `${group}/${version}`;
  return kind<KubeList<T>>(
    apiVersion,
    `${item.name}List`,
  )({ metadata: struct(1, ListMeta), items: field(2, list(item)) });
}
