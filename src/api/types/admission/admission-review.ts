/**
 * The call to an admission webhook.
 * A table of admission.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  always,
  atomic,
  bool,
  bytes,
  enumOf,
  kind,
  map,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  rawExtension,
  type Shape,
  string,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { UserInfo } from "../authentication/user-info.ts";
import { GroupVersionKind, GroupVersionResource } from "../meta/discovery.ts";
import { Status } from "../meta/status.ts";

export type Operation = Value<typeof Operation>;
export const Operation = enumOf("CONNECT", "CREATE", "DELETE", "UPDATE");

export interface AdmissionRequest extends Shape<typeof AdmissionRequest>, Plain {}
export const AdmissionRequest = message<AdmissionRequest>("AdmissionRequest")({
  uid: always(1, string),
  kind: struct(2, GroupVersionKind),
  resource: struct(3, GroupVersionResource),
  subResource: omitempty(4, string),
  requestKind: optional(13, GroupVersionKind),
  requestResource: optional(14, GroupVersionResource),
  requestSubResource: omitempty(15, string),
  name: omitempty(5, string),
  namespace: omitempty(6, string),
  operation: always(7, Operation),
  userInfo: struct(8, UserInfo),
  object: nullable(9, rawExtension),
  oldObject: nullable(10, rawExtension),
  dryRun: optional(11, bool),
  options: nullable(12, rawExtension),
});

export type PatchType = Value<typeof PatchType>;
export const PatchType = enumOf("JSONPatch");

export interface AdmissionResponse extends Shape<typeof AdmissionResponse>, Plain {}
export const AdmissionResponse = message<AdmissionResponse>("AdmissionResponse")({
  uid: always(1, string),
  allowed: always(2, bool),
  status: optional(3, Status),
  patch: omitempty(4, bytes),
  patchType: optional(5, PatchType),
  auditAnnotations: omitempty(6, map(string)),
  warnings: omitempty(7, atomic(string)),
});

export interface AdmissionReview extends Shape<typeof AdmissionReview>, Plain {}
export const AdmissionReview = kind<AdmissionReview>(
  "admission.k8s.io/v1",
  "AdmissionReview",
)({
  request: optional(1, AdmissionRequest),
  response: optional(2, AdmissionResponse),
});
