/**
 * The answer to a request that returns no object.
 * A table of meta.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  known,
  int32,
  kind,
  message,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { ListMeta } from "./object-meta.ts";

export type CauseType = Value<typeof CauseType>;
export const CauseType = known(
  "FieldManagerConflict",
  "FieldValueDuplicate",
  "FieldValueForbidden",
  "FieldValueInvalid",
  "FieldValueNotFound",
  "FieldValueNotSupported",
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
  "InternalError",
  "ResourceVersionTooLarge",
  "UnexpectedServerResponse",
);

export interface StatusCause extends Shape<typeof StatusCause>, Plain {}
export const StatusCause = message<StatusCause>("StatusCause")({
  reason: omitempty(1, CauseType),
  message: omitempty(2, string),
  field: omitempty(3, string),
});

export interface StatusDetails extends Shape<typeof StatusDetails>, Plain {}
export const StatusDetails = message<StatusDetails>("StatusDetails")({
  name: omitempty(1, string),
  group: omitempty(2, string),
  kind: omitempty(3, string),
  uid: omitempty(6, string),
  causes: omitempty(4, atomic(StatusCause)),
  retryAfterSeconds: omitempty(5, int32),
});

export type StatusReason = Value<typeof StatusReason>;
export const StatusReason = known(
  "",
  "AlreadyExists",
  "BadRequest",
  "Conflict",
  "Expired",
  "Forbidden",
  "Gone",
  "InternalError",
  "Invalid",
  "MethodNotAllowed",
  "NotAcceptable",
  "NotFound",
  "RequestEntityTooLarge",
  "ServerTimeout",
  "ServiceUnavailable",
  "StorageReadError",
  "Timeout",
  "TooManyRequests",
  "Unauthorized",
  "UnsupportedMediaType",
);

export interface Status extends Shape<typeof Status>, Plain {}
export const Status = kind<Status>(
  "v1",
  "Status",
)({
  metadata: struct(1, ListMeta),
  status: omitempty(2, string),
  message: omitempty(3, string),
  reason: omitempty(4, StatusReason),
  details: optional(5, StatusDetails),
  code: omitempty(6, int32),
});
