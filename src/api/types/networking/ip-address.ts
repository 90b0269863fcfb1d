/**
 * Allocated service addresses.
 * A table of networking.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  kind,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
} from "../../schema/mod.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export interface ParentReference extends Shape<typeof ParentReference>, Plain {}
export const ParentReference = message<ParentReference>("ParentReference")({
  group: omitempty(1, string),
  resource: omitempty(2, string, { required: true }),
  namespace: omitempty(3, string),
  name: omitempty(4, string, { required: true }),
});

export interface IPAddressSpec extends Shape<typeof IPAddressSpec>, Plain {}
export const IPAddressSpec = message<IPAddressSpec>("IPAddressSpec")({
  parentRef: optional(1, ParentReference, { required: true }),
});

export interface IPAddress extends Shape<typeof IPAddress>, Plain {}
export const IPAddress = kind<IPAddress>(
  "networking.k8s.io/v1",
  "IPAddress",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, IPAddressSpec, { required: true }),
});

export type IPAddressList = KubeList<IPAddress>;
export const IPAddressList = kindList(IPAddress);
