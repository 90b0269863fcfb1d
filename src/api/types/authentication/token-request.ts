/**
 * Asking for a service account's token.
 * A table of authentication.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  always,
  atomic,
  int64,
  kind,
  message,
  nullable,
  omitempty,
  type Plain,
  type Shape,
  string,
  struct,
  time,
} from "../../schema/mod.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export interface BoundObjectReference extends Shape<typeof BoundObjectReference>, Plain {}
export const BoundObjectReference = message<BoundObjectReference>("BoundObjectReference")({
  kind: omitempty(1, string),
  apiVersion: omitempty(2, string),
  name: omitempty(3, string),
  uid: omitempty(4, string),
});

export interface TokenRequestSpec extends Shape<typeof TokenRequestSpec>, Plain {}
export const TokenRequestSpec = message<TokenRequestSpec>("TokenRequestSpec")({
  audiences: nullable(1, atomic(string)),
  expirationSeconds: nullable(4, int64),
  boundObjectRef: nullable(3, BoundObjectReference),
});

export interface TokenRequestStatus extends Shape<typeof TokenRequestStatus>, Plain {}
export const TokenRequestStatus = message<TokenRequestStatus>("TokenRequestStatus")({
  token: always(1, string),
  expirationTimestamp: nullable(2, time),
});

export interface TokenRequest extends Shape<typeof TokenRequest>, Plain {}
export const TokenRequest = kind<TokenRequest>(
  "authentication.k8s.io/v1",
  "TokenRequest",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, TokenRequestSpec),
  status: struct(3, TokenRequestStatus),
});
