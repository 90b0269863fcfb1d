/**
 * Lists: of partial metadata, and of objects of any kind.
 * A table of meta.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import { field, kind, list, type Plain, rawExtension, type Shape, struct } from "../../schema/mod.ts";
import { kindList, type KubeList } from "./kind-list.ts";
import { ListMeta, PartialObjectMetadata } from "./object-meta.ts";

export interface List extends Shape<typeof List>, Plain {}
export const List = kind<List>(
  "v1",
  "List",
)({
  metadata: struct(1, ListMeta),
  items: field(2, list(rawExtension)),
});

export type PartialObjectMetadataList = KubeList<PartialObjectMetadata>;
export const PartialObjectMetadataList = kindList(PartialObjectMetadata);
