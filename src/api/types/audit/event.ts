/**
 * Audit events.
 * A table of audit.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  enumOf,
  field,
  kind,
  map,
  message,
  microTime,
  nullable,
  omitempty,
  optional,
  type Plain,
  rawExtension,
  type Shape,
  string,
  type Value,
} from "../../schema/mod.ts";
import { UserInfo } from "../authentication/user-info.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { Status } from "../meta/status.ts";

export interface AuthenticationMetadata extends Shape<typeof AuthenticationMetadata>, Plain {}
export const AuthenticationMetadata = message<AuthenticationMetadata>("AuthenticationMetadata")({
  impersonationConstraint: omitempty(1, string),
});

export interface ObjectReference extends Shape<typeof ObjectReference>, Plain {}
export const ObjectReference = message<ObjectReference>("ObjectReference")({
  resource: omitempty(1, string),
  namespace: omitempty(2, string),
  name: omitempty(3, string),
  uid: omitempty(4, string),
  apiGroup: omitempty(5, string),
  apiVersion: omitempty(6, string),
  resourceVersion: omitempty(7, string),
  subresource: omitempty(8, string),
});

export type Level = Value<typeof Level>;
export const Level = enumOf("Metadata", "None", "Request", "RequestResponse");

export type Stage = Value<typeof Stage>;
export const Stage = enumOf("Panic", "RequestReceived", "ResponseComplete", "ResponseStarted");

export interface Event extends Shape<typeof Event>, Plain {}
export const Event = kind<Event>(
  "audit.k8s.io/v1",
  "Event",
)({
  level: field(1, Level),
  auditID: field(2, string),
  stage: field(3, Stage),
  requestURI: field(4, string),
  verb: field(5, string),
  user: field(6, UserInfo),
  impersonatedUser: optional(7, UserInfo),
  authenticationMetadata: optional(17, AuthenticationMetadata),
  sourceIPs: omitempty(8, atomic(string)),
  userAgent: omitempty(16, string),
  objectRef: optional(9, ObjectReference),
  responseStatus: optional(10, Status),
  requestObject: optional(11, rawExtension),
  responseObject: optional(12, rawExtension),
  requestReceivedTimestamp: nullable(13, microTime),
  stageTimestamp: nullable(14, microTime),
  annotations: omitempty(15, map(string)),
});

export type EventList = KubeList<Event>;
export const EventList = kindList(Event);
