/**
 * API services: who serves a group and version.
 * A table of apiregistration.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  bool,
  by,
  bytes,
  known,
  field,
  int32,
  kind,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
  time,
  type Value,
} from "../../schema/mod.ts";
import { ConditionStatus } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { defaultServiceReference } from "./api-service-defaults.ts";

export interface ServiceReference extends Shape<typeof ServiceReference>, Plain {}
export const ServiceReference = message<ServiceReference>("ServiceReference")(
  {
    namespace: omitempty(1, string),
    name: omitempty(2, string),
    port: optional(3, int32),
  },
  { default: defaultServiceReference },
);

export interface APIServiceSpec extends Shape<typeof APIServiceSpec>, Plain {}
export const APIServiceSpec = message<APIServiceSpec>("APIServiceSpec")({
  service: optional(1, ServiceReference),
  group: omitempty(2, string),
  version: omitempty(3, string),
  insecureSkipTLSVerify: omitempty(4, bool),
  caBundle: omitempty(5, bytes),
  groupPriorityMinimum: field(7, int32),
  versionPriority: field(8, int32),
});

export type APIServiceConditionType = Value<typeof APIServiceConditionType>;
export const APIServiceConditionType = known("Available");

export interface APIServiceCondition extends Shape<typeof APIServiceCondition>, Plain {}
export const APIServiceCondition = message<APIServiceCondition>("APIServiceCondition")({
  type: field(1, APIServiceConditionType),
  status: field(2, ConditionStatus),
  lastTransitionTime: nullable(3, time),
  reason: omitempty(4, string),
  message: omitempty(5, string),
});

export interface APIServiceStatus extends Shape<typeof APIServiceStatus>, Plain {}
export const APIServiceStatus = message<APIServiceStatus>("APIServiceStatus")({
  conditions: omitempty(1, by("type", APIServiceCondition), { patch: "merge" }),
});

export interface APIService extends Shape<typeof APIService>, Plain {}
export const APIService = kind<APIService>(
  "apiregistration.k8s.io/v1",
  "APIService",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, APIServiceSpec),
  status: struct(3, APIServiceStatus),
});

export type APIServiceList = KubeList<APIService>;
export const APIServiceList = kindList(APIService);
