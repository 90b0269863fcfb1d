/**
 * Service accounts.
 * A table of the core group, v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  by,
  kind,
  omitempty,
  optional,
  type Plain,
  type Shape,
  struct,
} from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { LocalObjectReference, ObjectReference } from "./reference.ts";

export interface ServiceAccount extends Shape<typeof ServiceAccount>, Plain {}
export const ServiceAccount = kind<ServiceAccount>(
  "v1",
  "ServiceAccount",
)({
  metadata: struct(1, ObjectMeta),
  secrets: omitempty(2, by("name", ObjectReference), { patch: "merge" }),
  imagePullSecrets: omitempty(3, atomic(LocalObjectReference)),
  automountServiceAccountToken: optional(4, bool),
});

export type ServiceAccountList = KubeList<ServiceAccount>;
export const ServiceAccountList = kindList(ServiceAccount);
